using System.Globalization;
using System.Net;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>Where a name server or broker listens, as routes and configurations write it: <c>host:port</c>, a host in brackets when it has colons.</summary>
/// <param name="Host">Name or IP address.</param>
/// <param name="Port">1 to 65535.</param>
internal sealed record RemotingAddress(string Host, int Port)
{
    /// <summary>Reads <c>host:port</c>.</summary>
    public static bool TryParse(string text, out RemotingAddress? address)
    {
        address = null;
        string trimmed = text.Trim();
        int colon = trimmed.LastIndexOf(':');
        if (colon <= 0
            || !int.TryParse(trimmed.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            || port is < IPEndPoint.MinPort + 1 or > IPEndPoint.MaxPort)
        {
            return false;
        }

        address = new RemotingAddress(trimmed[..colon].Trim('[', ']'), port);
        return address.Host.Length > 0;
    }

    /// <summary>Every address the host has. Asks the resolver, which may block.</summary>
    public IPAddress[] Resolve() => IPAddress.TryParse(Host, out IPAddress? literal) ? [literal] : Dns.GetHostAddresses(Host);

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
