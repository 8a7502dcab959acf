using System.Net;
using System.Net.Sockets;

namespace Ddmq.UnitTests.Thrift.Server;

/// <summary>Two connected sockets: the near one for a loop to watch, the far one to write to. The caller disposes of both.</summary>
internal static class SocketPair
{
    public static async Task<(Socket Near, Socket Far)> ConnectAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await far.ConnectAsync(listener.LocalEndPoint!);
        return (await listener.AcceptAsync(), far);
    }
}
