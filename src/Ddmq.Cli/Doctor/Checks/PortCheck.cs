using System.Net;
using System.Net.Sockets;
using Ddmq.Config;

namespace Ddmq.Cli.Doctor.Checks;

/// <summary>Whether the proxy's ports are free, or its own.</summary>
internal static class PortCheck
{
    /// <summary>Tries to listen on each for a moment.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="own">The processes that are this proxy.</param>
    public static IReadOnlyList<CheckResult> Run(CarreraOptions options, IReadOnlyCollection<int> own)
    {
        AdminOptions admin = options.Ddmq.Admin;
        return
        [
            Examine("Thrift", options.Ddmq.Thrift.BindAddress, options.Port, "port (DDMQ_PORT)", "ddmq.thrift.bindAddress", own),
            .. admin.Enabled
                ? [Examine("admin", admin.BindAddress, admin.Port, "ddmq.admin.port (DDMQ_ADMIN_PORT)", "ddmq.admin.bindAddress", own)]
                : Array.Empty<CheckResult>(),
        ];
    }

    private static CheckResult Examine(string service, string address, int port, string portSetting, string addressSetting, IReadOnlyCollection<int> own)
    {
        var endPoint = new IPEndPoint(IPAddress.Parse(address), port);
        string check = $"port {port}";
        if (port == 0)
        {
            return CheckResult.Ok(check, $"{service}: the system chooses a free one");
        }

        try
        {
            using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(endPoint);
            socket.Listen();
            return CheckResult.Ok(check, $"{service}: free at {endPoint}");
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            int? holder = SocketOwner.FindListener(port);
            return holder is { } pid && own.Contains(pid)
                ? CheckResult.Ok(check, $"{service}: the proxy listens at {endPoint}")
                : CheckResult.Fail(check, $"{service}: {endPoint} is held by {Describe(holder)}", $"another {portSetting}, or end that program (ss -ltnp)");
        }
        catch (SocketException exception)
        {
            return CheckResult.Fail(check, $"{service}: cannot listen at {endPoint}: {exception.Message}", exception.SocketErrorCode switch
            {
                SocketError.AddressNotAvailable => $"{addressSetting}: an address of this machine (ip address), or 0.0.0.0 for all",
                SocketError.AccessDenied => $"{portSetting}: 1024 or more, or run it as root",
                _ => null,
            });
        }
    }

    private static string Describe(int? pid) => pid is { } number
        ? $"{SocketOwner.NameOf(number) ?? "a program"}, pid {number}"
        : "a process that this user may not see";
}
