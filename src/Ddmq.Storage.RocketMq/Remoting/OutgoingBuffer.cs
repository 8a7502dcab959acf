using System.Buffers;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>
/// Frames on their way to the socket: they gather in one half while the other is being sent. Knows for each byte whether the socket may
/// have it. Not thread-safe, but what <see cref="Sending"/> refers to may be read while others append.
/// </summary>
/// <param name="maxBytes">How many bytes may wait; a frame larger than that is taken when nothing else waits.</param>
internal sealed class OutgoingBuffer(int maxBytes) : IDisposable
{
    // Halves that grew beyond this are given back when they are empty.
    private const int KeepBytes = 1024 * 1024;
    private const int FirstBytes = 64 * 1024;

    private byte[] _gathering = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private byte[] _sending = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _gathered;
    private int _sendStart;
    private int _sendEnd;

    /// <summary>Bytes appended since the connection began.</summary>
    public long Appended { get; private set; }

    /// <summary>Bytes of which the socket has none, for certain, lie behind this position.</summary>
    public long MaybeSent { get; private set; }

    /// <summary>Bytes that wait, those being sent included.</summary>
    public int Waiting => _gathered + _sendEnd - _sendStart;

    /// <summary>Room for that many bytes at the end; empty when the bound forbids it.</summary>
    public Span<byte> Reserve(int size)
    {
        if (Waiting > 0 && (long)Waiting + size > maxBytes)
        {
            return default;
        }

        if (_gathering.Length - _gathered < size)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_gathering.Length * 2, _gathered + size));
            _gathering.AsSpan(0, _gathered).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_gathering);
            _gathering = larger;
        }

        return _gathering.AsSpan(_gathered);
    }

    /// <summary>That much of the room has been filled.</summary>
    public void Commit(int size)
    {
        _gathered += size;
        Appended += size;
    }

    /// <summary>What to hand to the socket next; empty when there is nothing. It counts as sent from now on, until <see cref="Sent"/> says better.</summary>
    public ReadOnlyMemory<byte> Sending()
    {
        if (_sendStart == _sendEnd)
        {
            if (_sending.Length > KeepBytes)
            {
                ArrayPool<byte>.Shared.Return(_sending);
                _sending = ArrayPool<byte>.Shared.Rent(FirstBytes);
            }

            (_gathering, _sending) = (_sending, _gathering);
            (_sendStart, _sendEnd, _gathered) = (0, _gathered, 0);
        }

        MaybeSent = Appended - _gathered;
        return _sending.AsMemory(_sendStart, _sendEnd - _sendStart);
    }

    /// <summary>The socket took that many bytes of what <see cref="Sending"/> gave.</summary>
    public void Sent(int count)
    {
        _sendStart += count;
        MaybeSent = Appended - _gathered - (_sendEnd - _sendStart);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Not returned to the pool: a thread may be handing a part of it to the socket.
        _gathering = _sending = [];
        _gathered = _sendStart = _sendEnd = 0;
    }
}
