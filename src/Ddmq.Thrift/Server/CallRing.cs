namespace Ddmq.Thrift.Server;

/// <summary>
/// The calls of one connection in the order they came, until their replies have been taken, in that order too. Each place of the ring keeps its
/// <see cref="ThriftCall"/> for the next round, so that a steady client costs no allocation. For the connection's transport only, one call at a time.
/// </summary>
/// <param name="connection">Whose calls these are.</param>
internal sealed class CallRing(ThriftConnection connection)
{
    private const int SmallRing = 4;

    private readonly ThriftServerStatistics _statistics = connection.Dispatcher.Statistics;
    private ThriftCall[] _ring = [];
    private int _head;
    private int _count;
    private int _highWater;
    private int _headTaken;

    /// <summary>Calls whose replies have not been taken.</summary>
    public int Count => _count;

    /// <summary>The newest call, to be loaded.</summary>
    public ThriftCall Add()
    {
        if (_count == _ring.Length)
        {
            Grow();
        }

        ref ThriftCall place = ref _ring[(_head + _count) & (_ring.Length - 1)];
        place ??= new ThriftCall(connection);
        _count++;
        _highWater = Math.Max(_highWater, _count);
        return place;
    }

    /// <summary>Moves replies whose turn has come into <paramref name="destination"/>.</summary>
    /// <returns>Bytes written; 0 when none is ready.</returns>
    public int TakeReplies(Span<byte> destination)
    {
        int written = 0;
        while (_count > 0)
        {
            ThriftCall call = _ring[_head];
            if (!call.IsDone)
            {
                break;
            }

            ReadOnlySpan<byte> reply = call.Reply.WrittenSpan[_headTaken..];
            if (reply.Length > destination.Length - written)
            {
                int part = destination.Length - written;
                reply[..part].CopyTo(destination[written..]);
                _headTaken += part;
                written += part;
                break;
            }

            reply.CopyTo(destination[written..]);
            written += reply.Length;
            _headTaken = 0;
            _head = (_head + 1) & (_ring.Length - 1);
            _count--;
            _statistics.OnReply();
            connection.NoteAnswered(call.IsOverLimit);
            call.Release();
        }

        return written;
    }

    /// <summary>To be called about once a second: a burst's places are given back when the following second needed few of them.</summary>
    public void Sweep()
    {
        if (_ring.Length > SmallRing && _count == 0 && _highWater < _ring.Length / 4)
        {
            Array.Resize(ref _ring, _ring.Length / 2);
            _head = 0;
        }

        _highWater = _count;
    }

    /// <summary>Forgets all calls: they run to their end, and their replies are not taken.</summary>
    public void Drop()
    {
        for (; _count > 0; _count--)
        {
            _statistics.OnReply();
            _statistics.OnFrameReleased(_ring[_head].FrameLength);
            _head = (_head + 1) & (_ring.Length - 1);
        }

        _ring = [];
    }

    private void Grow()
    {
        var larger = new ThriftCall[Math.Max(1, _ring.Length * 2)];
        for (int i = 0; i < _count; i++)
        {
            larger[i] = _ring[(_head + i) & (_ring.Length - 1)];
        }

        _ring = larger;
        _head = 0;
    }
}
