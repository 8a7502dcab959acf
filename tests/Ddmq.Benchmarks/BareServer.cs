using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Ddmq.Thrift.Native;

namespace Ddmq.Benchmarks;

/// <summary>
/// The baseline: what the hardware does without us. One thread, epoll, one <c>recv</c> and one <c>send</c> a turn; every
/// frame is answered with the same constant reply, and of the frame only its length is looked at. No connection limits, no
/// partial frames beyond one read, no errors handled: enough for a well-behaved load generator and nothing else.
/// </summary>
internal static unsafe class BareServer
{
    private const int BufferBytes = 256 * 1024;

    /// <summary>Serves until the process ends; <paramref name="ready"/> is told the port.</summary>
    public static void Run(byte[] replyFrame, Action<int> ready)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Blocking = false;
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1024);
        int listening = (int)listener.SafeHandle.DangerousGetHandle();
        using var epoll = new EpollSet();
        epoll.Add(listening, Libc.EpollIn, listening);
        ready(((IPEndPoint)listener.LocalEndPoint!).Port);

        byte* input = (byte*)NativeMemory.Alloc(BufferBytes);
        byte* output = (byte*)NativeMemory.Alloc(BufferBytes);
        while (true)
        {
            int count = epoll.Wait(-1);
            for (int i = 0; i < count; i++)
            {
                int descriptor = (int)epoll.Event(i).Token;
                if (descriptor == listening)
                {
                    Accept(epoll, listening);
                    continue;
                }

                nint read = Libc.Receive(descriptor, input, BufferBytes, 0);
                if (read <= 0)
                {
                    _ = Libc.Close(descriptor);
                    continue;
                }

                int written = 0;
                for (int at = 0; at + 4 <= read; at += 4 + BinaryPrimitives.ReadInt32BigEndian(new ReadOnlySpan<byte>(input + at, 4)))
                {
                    replyFrame.CopyTo(new Span<byte>(output + written, BufferBytes - written));
                    written += replyFrame.Length;
                }

                _ = Libc.Send(descriptor, output, written, Libc.MsgNoSignal);
            }
        }
    }

    private static void Accept(EpollSet epoll, int listening)
    {
        int length = 0;
        int descriptor;
        while ((descriptor = Libc.Accept(listening, null, &length, Libc.NonBlock | Libc.CloseOnExec)) >= 0)
        {
            int one = 1;
            _ = Libc.SetSocketOption(descriptor, Libc.SolTcp, Libc.TcpNoDelay, &one, sizeof(int));
            epoll.Add(descriptor, Libc.EpollIn, descriptor);
        }
    }
}
