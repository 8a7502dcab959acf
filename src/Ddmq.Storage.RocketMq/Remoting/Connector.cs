using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Ddmq.Storage.RocketMq.Native;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>Opens connections. Blocks, hence is called on a connection's own thread only.</summary>
internal static unsafe class Connector
{
    // How long a connection attempt goes on after it has been given up, in ms.
    private const int PollSliceMs = 100;

    /// <summary>Connects to the first of the host's addresses that answers.</summary>
    /// <param name="address">Whom to connect to.</param>
    /// <param name="timeout">For each address.</param>
    /// <param name="isGivenUp">Asked while waiting.</param>
    /// <returns>A connected socket in blocking mode, without delay, with keep-alive.</returns>
    /// <exception cref="IOException">None answers; the text says why.</exception>
    public static SafeSocketHandle Connect(RemotingAddress address, TimeSpan timeout, Func<bool> isGivenUp)
    {
        IPAddress[] candidates;
        try
        {
            candidates = address.Resolve();
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            throw new IOException($"{address.Host}: {exception.Message}", exception);
        }

        IOException? last = null;
        foreach (IPAddress candidate in candidates)
        {
            try
            {
                return Connect(new IPEndPoint(candidate, address.Port), timeout, isGivenUp);
            }
            catch (IOException exception)
            {
                last = exception;
            }
        }

        throw last ?? new IOException($"{address.Host} has no address");
    }

    private static SafeSocketHandle Connect(IPEndPoint endPoint, TimeSpan timeout, Func<bool> isGivenUp)
    {
        int family = endPoint.AddressFamily == AddressFamily.InterNetwork ? Libc.AfInet : Libc.AfInet6;
        int descriptor = Libc.Socket(family, Libc.SockStream | Libc.CloseOnExec | Libc.NonBlock, 0);
        if (descriptor < 0)
        {
            throw new IOException("socket: " + Marshal.GetLastPInvokeErrorMessage());
        }

        var socket = new SafeSocketHandle(descriptor, ownsHandle: true);
        try
        {
            SetOption(socket, Libc.SolTcp, Libc.TcpNoDelay);
            SetOption(socket, Libc.SolSocket, Libc.SoKeepAlive);
            SocketAddress native = endPoint.Serialize();
            int failed;
            fixed (byte* start = native.Buffer.Span)
            {
                failed = Libc.Connect(socket, start, native.Size);
            }

            if (failed != 0)
            {
                int error = Marshal.GetLastPInvokeError();
                if (error is not (Libc.EInProgress or Libc.EIntr))
                {
                    throw new IOException("connect: " + Marshal.GetPInvokeErrorMessage(error));
                }

                WaitUntilConnected(socket, descriptor, timeout, isGivenUp);
            }

            int flags = Libc.Control(socket, Libc.GetFlags, 0);
            _ = Libc.Control(socket, Libc.SetFlags, flags & ~Libc.NonBlock);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void WaitUntilConnected(SafeSocketHandle socket, int descriptor, TimeSpan timeout, Func<bool> isGivenUp)
    {
        // Ours alone until it is connected, so the bare descriptor cannot be another's.
        var poll = new PollDescriptor { Descriptor = descriptor, Events = Libc.PollOut };
        for (int left = Math.Max(1, (int)timeout.TotalMilliseconds); ; left -= PollSliceMs)
        {
            if (left <= 0 || isGivenUp())
            {
                throw new IOException(left <= 0 ? $"connect: no answer within {timeout.TotalMilliseconds:0} ms" : "given up");
            }

            if (Libc.Poll(&poll, 1, Math.Min(left, PollSliceMs)) > 0)
            {
                break;
            }
        }

        int error = 0;
        int length = sizeof(int);
        if (Libc.GetOption(socket, Libc.SolSocket, Libc.SoError, &error, &length) != 0 || error != 0)
        {
            throw new IOException("connect: " + Marshal.GetPInvokeErrorMessage(error));
        }
    }

    private static void SetOption(SafeSocketHandle socket, int level, int name)
    {
        int on = 1;
        _ = Libc.SetOption(socket, level, name, &on, sizeof(int));
    }
}
