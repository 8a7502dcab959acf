using System.Buffers;

namespace Ddmq.Thrift.Server.Epoll;

/// <summary>Bytes of replies that a socket did not take yet, in memory of the pool while there are any. Not thread-safe; not to be copied.</summary>
internal struct UnsentBytes
{
    private byte[]? _buffer;
    private int _start;
    private int _end;

    /// <summary>Whether there are none.</summary>
    public readonly bool IsEmpty => _end == _start;

    /// <summary>What is to be sent next.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _buffer.AsSpan(_start, _end - _start);

    /// <summary>When the socket last took some, or, before that, when it did not: of <see cref="Environment.TickCount64"/>. Only while there are any.</summary>
    public long SinceMs { get; private set; }

    /// <summary>Keeps bytes. To be called while there are none.</summary>
    public void Keep(ReadOnlySpan<byte> bytes)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(_buffer);
        _start = 0;
        _end = bytes.Length;
        SinceMs = Environment.TickCount64;
    }

    /// <summary>So many have been sent; 0 when the socket takes none now.</summary>
    public void Sent(int count)
    {
        if (count == 0)
        {
            return;
        }

        _start += count;
        SinceMs = Environment.TickCount64;
        if (IsEmpty)
        {
            Drop();
        }
    }

    /// <summary>Forgets them.</summary>
    public void Drop()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }

        _start = 0;
        _end = 0;
    }
}
