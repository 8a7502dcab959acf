namespace Ddmq.Thrift.Server.Epoll;

/// <summary>
/// The connections of a loop, each under the token that epoll gives back with its events. A token is a place and the
/// place's generation: an event of a connection that was closed earlier in the same round finds nothing, also when its
/// place has been taken again. Not thread-safe.
/// </summary>
internal sealed class ConnectionTable
{
    private readonly Stack<int> _free = new();
    private EpollConnection?[] _connections = new EpollConnection?[64];
    private int[] _generations = new int[64];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Every place, the empty ones included.</summary>
    public ReadOnlySpan<EpollConnection?> Places => _connections;

    /// <summary>Gives a connection a place and its token, which is never negative.</summary>
    public void Add(EpollConnection connection)
    {
        if (!_free.TryPop(out int place))
        {
            place = Count;
            if (place == _connections.Length)
            {
                Array.Resize(ref _connections, place * 2);
                Array.Resize(ref _generations, place * 2);
            }
        }

        _connections[place] = connection;
        connection.Token = ((long)(_generations[place] & int.MaxValue) << 32) | (uint)place;
        Count++;
    }

    /// <summary>The connection with that token; null when it is gone.</summary>
    public EpollConnection? Find(long token)
    {
        EpollConnection? connection = _connections[(int)token];
        return connection?.Token == token ? connection : null;
    }

    /// <summary>Whether a server has a connection here.</summary>
    public bool HasOf(ThriftDispatcher dispatcher) => Array.Exists(_connections, connection => connection?.Dispatcher == dispatcher);

    /// <summary>Does something with each of a server's connections, which may remove it.</summary>
    public void ForEachOf(ThriftDispatcher dispatcher, Action<EpollConnection> action)
    {
        foreach (EpollConnection? connection in _connections)
        {
            if (connection?.Dispatcher == dispatcher)
            {
                action(connection);
            }
        }
    }

    /// <summary>Frees a connection's place.</summary>
    public void Remove(EpollConnection connection)
    {
        int place = (int)connection.Token;
        _connections[place] = null;
        _generations[place]++;
        _free.Push(place);
        Count--;
    }
}
