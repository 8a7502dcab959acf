using System.Net;
using System.Net.Sockets;

namespace Ddmq.Cli.Bench;

/// <summary>
/// One connection of the generator: its socket, the times of its requests in flight, the bytes not yet sent, and the
/// begin of a reply not yet complete. Belongs to one worker's thread.
/// </summary>
internal sealed class LoadConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly long[] _times;
    private byte[] _partial = [];
    private int _partialLength;
    private int _head;

    private LoadConnection(Socket socket, int pipeline)
    {
        _socket = socket;
        _times = new long[pipeline];
        Descriptor = (int)socket.SafeHandle.DangerousGetHandle();
    }

    /// <summary>The socket, non-blocking.</summary>
    public int Descriptor { get; }

    /// <summary>Its number among its worker's connections.</summary>
    public int Number { get; set; }

    /// <summary>Requests begun and not answered.</summary>
    public int InFlight { get; private set; }

    /// <summary>Whether another request may begin.</summary>
    public bool HasRoom => InFlight < _times.Length;

    /// <summary>Bytes of begun requests that the socket has not taken.</summary>
    public long PendingBytes { get; set; }

    /// <summary>The byte of the frame that is sent next.</summary>
    public int FrameOffset { get; set; }

    /// <summary>Whether epoll has been asked to say when the socket takes bytes again.</summary>
    public bool IsBlocked { get; set; }

    /// <summary>Whether the connection stands in the queue of those with room.</summary>
    public bool IsQueued { get; set; }

    /// <summary>False once lost.</summary>
    public bool IsOpen { get; set; } = true;

    /// <summary>Connects. Throws <see cref="SocketException"/>.</summary>
    public static LoadConnection Open(IPEndPoint endPoint, int pipeline)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Connect(endPoint);
            socket.Blocking = false;
            return new LoadConnection(socket, pipeline);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Begins a request; its latency counts from <paramref name="time"/>.</summary>
    public void Push(long time)
    {
        int tail = _head + InFlight;
        _times[tail < _times.Length ? tail : tail - _times.Length] = time;
        InFlight++;
    }

    /// <summary>Ends the oldest request: replies come in the order of the requests.</summary>
    public long Pop()
    {
        long time = _times[_head];
        _head = _head + 1 < _times.Length ? _head + 1 : 0;
        InFlight--;
        return time;
    }

    /// <summary>Keeps the begin of a reply until the rest arrives.</summary>
    public void KeepPartial(ReadOnlySpan<byte> bytes)
    {
        if (_partial.Length < bytes.Length)
        {
            _partial = new byte[Math.Max(256, bytes.Length * 2)];
        }

        bytes.CopyTo(_partial);
        _partialLength = bytes.Length;
    }

    /// <summary>Gives back what was kept.</summary>
    public int TakePartial(Span<byte> destination)
    {
        _partial.AsSpan(0, _partialLength).CopyTo(destination);
        int length = _partialLength;
        _partialLength = 0;
        return length;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
