using System.Net;
using System.Net.Sockets;

namespace Ddmq.TestKit.Network;

/// <summary>
/// Neighbouring ports for a server that is told where to listen: free on every address when taken, outside of what the system gives to
/// outgoing connections, so that a restart finds them free, and kept from every other test of this machine until disposed.
/// </summary>
public sealed class PortBlock : IDisposable
{
    private const int Lowest = 20_000;
    private const int Highest = 32_000;

    private readonly List<Socket> _claims;

    private PortBlock(int first, List<Socket> claims)
    {
        First = first;
        _claims = claims;
    }

    /// <summary>The lowest of the ports; the others follow it.</summary>
    public int First { get; }

    /// <summary>Finds and claims that many ports in a row.</summary>
    public static PortBlock Take(int count)
    {
        while (true)
        {
            int first = Random.Shared.Next(Lowest, Highest - count);
            var claims = new List<Socket>(count);
            if (Enumerable.Range(first, count).All(port => TryClaim(port, claims) && IsFree(port)))
            {
                return new PortBlock(first, claims);
            }

            claims.ForEach(claim => claim.Dispose());
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _claims.ForEach(claim => claim.Dispose());

    // The claim is a name in the kernel's abstract socket namespace: seen by all processes, gone with the one that holds it.
    private static bool TryClaim(int port, List<Socket> claims)
    {
        var claim = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        claims.Add(claim);
        return TryBind(claim, new UnixDomainSocketEndPoint($"\0ddmq-test-port-{port}"));
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        return TryBind(socket, new IPEndPoint(IPAddress.Any, port));
    }

    private static bool TryBind(Socket socket, EndPoint place)
    {
        try
        {
            socket.Bind(place);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
