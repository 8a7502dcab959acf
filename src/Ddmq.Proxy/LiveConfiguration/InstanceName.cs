using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Ddmq.Config;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>The name under which ZooKeeper knows this proxy.</summary>
internal static class InstanceName
{
    /// <summary><c>host:port</c> of the file; without a host the machine's first IPv4 address that is not a loopback one, as in the original.</summary>
    /// <exception cref="StartupException">The machine has no such address.</exception>
    public static string Of(CarreraOptions options)
    {
        string host = options.Host.Trim();
        return $"{(host.Length > 0 ? host : FirstAddress())}:{options.Port}";
    }

    private static string FirstAddress() =>
        NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus == OperationalStatus.Up)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))?.ToString()
        ?? throw new StartupException("this machine has no IPv4 address but loopback ones; say in carrera.yaml under which one ZooKeeper knows it: host: ADDRESS");
}
