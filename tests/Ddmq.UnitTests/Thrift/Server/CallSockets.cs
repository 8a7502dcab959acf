using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Ddmq.Thrift.Protocol;
using Xunit;

namespace Ddmq.UnitTests.Thrift.Server;

/// <summary>Calls without arguments over a client's socket.</summary>
internal static class CallSockets
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A connected socket, the caller's.</summary>
    public static Socket Connect(IPEndPoint endPoint)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(endPoint);
        return socket;
    }

    /// <summary>The frame of a call of method <c>m</c>.</summary>
    public static byte[] Frame(int number)
    {
        var buffer = new ThriftBuffer();
        buffer.BeginFrame();
        new BinaryProtocolWriter(buffer).WriteMessageBegin("m"u8, ThriftMessageType.Call, number);
        buffer.EndFrame();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Frames of so many calls, one behind the other.</summary>
    public static byte[] Frames(int count, int number) => [.. Enumerable.Range(0, count).SelectMany(_ => Frame(number))];

    /// <summary>Calls, and waits for the reply, so many times.</summary>
    public static async Task CallAsync(Socket socket, int number, int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            await socket.SendAsync(Frame(number));
            await ReceiveAsync(socket);
        }
    }

    /// <summary>Waits for so many replies, which are equally long.</summary>
    public static async Task ReceiveAsync(Socket socket, int replies = 1)
    {
        using var limit = new CancellationTokenSource(Patience);
        var bytes = new byte[64 * 1024];
        int length = int.MaxValue;
        for (int received = 0; received < length;)
        {
            int read = await socket.ReceiveAsync(bytes.AsMemory(received), limit.Token);
            Assert.NotEqual(0, read);
            received += read;
            if (received >= sizeof(int))
            {
                length = replies * (sizeof(int) + BinaryPrimitives.ReadInt32BigEndian(bytes));
            }
        }
    }
}
