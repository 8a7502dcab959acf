using System.Net.Sockets;
using System.Runtime.InteropServices;
using Ddmq.Storage.RocketMq.Native;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>A connected socket: blocking for its reader, and for writers whichever they ask for.</summary>
/// <param name="socket">Connected, in blocking mode. Owned.</param>
internal sealed unsafe class PlainWire(SafeSocketHandle socket) : IWire
{
    /// <inheritdoc/>
    public bool CanTrySend => true;

    /// <inheritdoc/>
    public int? Descriptor => (int)socket.DangerousGetHandle();

    /// <inheritdoc/>
    public int TryReceive(Span<byte> buffer) => Receive(buffer, Libc.MsgDontWait);

    /// <inheritdoc/>
    public int Receive(Span<byte> buffer) => Receive(buffer, 0);

    /// <inheritdoc/>
    public int TrySend(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            while (true)
            {
                nint count = Libc.Send(socket, start, bytes.Length, Libc.MsgDontWait | Libc.MsgNoSignal);
                if (count >= 0)
                {
                    return (int)count;
                }

                if (Marshal.GetLastPInvokeError() == Libc.EAgain)
                {
                    return 0;
                }

                ThrowUnless(Libc.EIntr);
            }
        }
    }

    /// <inheritdoc/>
    public void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            fixed (byte* start = bytes)
            {
                nint count = Libc.Send(socket, start, bytes.Length, Libc.MsgNoSignal);
                if (count >= 0)
                {
                    bytes = bytes[(int)count..];
                    continue;
                }
            }

            ThrowUnless(Libc.EIntr);
        }
    }

    /// <inheritdoc/>
    public void Shutdown()
    {
        try
        {
            _ = Libc.Shutdown(socket, Libc.ShutdownBoth);
        }
        catch (ObjectDisposedException)
        {
            // The reader was faster and is done with it.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    private int Receive(Span<byte> buffer, int flags)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint count = Libc.Receive(socket, start, buffer.Length, flags);
                if (count >= 0)
                {
                    return (int)count;
                }

                if (flags != 0 && Marshal.GetLastPInvokeError() == Libc.EAgain)
                {
                    return -1;
                }

                ThrowUnless(Libc.EIntr);
            }
        }
    }

    private static void ThrowUnless(int harmless)
    {
        if (Marshal.GetLastPInvokeError() != harmless)
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }
    }
}
