using System.Net.Sockets;
using Ddmq.Cli.Output;

namespace Ddmq.Cli.Doctor;

/// <summary>Whether a TCP port can be reached from here.</summary>
internal static class TcpReach
{
    /// <summary>Connects and hangs up at once.</summary>
    /// <param name="address"><c>host:port</c>.</param>
    /// <param name="limit">How long that may take.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Why it cannot be reached; null when it can.</returns>
    public static async Task<string?> WhyNotAsync(string address, TimeSpan limit, CancellationToken cancellation)
    {
        try
        {
            (string host, int port) = GlobalOptions.ParseHostPort(address);
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            ending.CancelAfter(limit);
            await socket.ConnectAsync(host, port, ending.Token).ConfigureAwait(false);
            return null;
        }
        catch (CliException)
        {
            return $"'{SafeText.Of(address)}' is not host:port";
        }
        catch (SocketException exception)
        {
            return exception.Message;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"no answer within {limit.TotalMilliseconds} ms";
        }
    }
}
