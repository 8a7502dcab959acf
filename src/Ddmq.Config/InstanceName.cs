using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Ddmq.Config;

/// <summary>The name under which ZooKeeper knows this proxy.</summary>
internal static class InstanceName
{
    /// <summary>What to tell an operator whose machine gives no name.</summary>
    public const string WhyNone = "this machine has no IPv4 address but loopback ones; say in carrera.yaml under which one ZooKeeper knows it: host: ADDRESS";

    /// <summary>
    /// <c>host:port</c> of the file; without a host the machine's first IPv4 address that is not a loopback one, as in the original. Null
    /// when the machine has no such address.
    /// </summary>
    public static string? Of(CarreraOptions options)
    {
        string? host = options.Host.Trim() is { Length: > 0 } named ? named : FirstAddress();
        return host is null ? null : $"{host}:{options.Port}";
    }

    private static string? FirstAddress() =>
        NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus == OperationalStatus.Up)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))?.ToString();
}
