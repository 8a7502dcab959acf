using System.Net;
using System.Net.Sockets;
using Ddmq.Core.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Config.ZooKeeper;

/// <summary>
/// Turns host names into addresses before the C client sees them. It would resolve them itself, before every attempt to connect and on
/// its I/O thread, and when that fails it goes on with a file descriptor it never set, as fast as it can.
/// </summary>
internal static partial class AddressResolver
{
    /// <summary>The connect string for the C client. Servers whose name cannot be resolved are left out, with a warning.</summary>
    /// <exception cref="ZooKeeperException">None can be resolved.</exception>
    public static async Task<string> ResolveAsync(ZooKeeperAddress address, ILogger logger, CancellationToken cancellationToken)
    {
        var resolved = new List<string>();
        string reason = "";
        foreach (ZooKeeperHost host in address.Hosts)
        {
            try
            {
                // An IP address comes back as it is. No brackets around IPv6: the client takes what follows the last colon for the port.
                IPAddress[] found = await Dns.GetHostAddressesAsync(host.Name, cancellationToken).ConfigureAwait(false);
                resolved.AddRange(found.Select(ip => $"{ip}:{host.Port}"));
            }
            catch (SocketException exception)
            {
                reason = $"{host.Name}: {exception.Message}";
                Log.NotResolved(logger, host.Name, exception.Message);
            }
        }

        return resolved.Count > 0
            ? string.Join(',', resolved.Distinct()) + address.Chroot
            : throw new ZooKeeperException($"No server of the ZooKeeper address '{address}' can be resolved ({reason}).");
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Config + 102, LogLevel.Warning, "The ZooKeeper server {Host} cannot be resolved and is left out: {Reason}")]
        public static partial void NotResolved(ILogger logger, string host, string reason);
    }
}
