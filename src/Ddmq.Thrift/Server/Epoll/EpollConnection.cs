using System.Net;

namespace Ddmq.Thrift.Server.Epoll;

/// <summary>A connection's socket in its event loop. All but <see cref="RequestFlush"/> belongs to the loop's thread.</summary>
internal sealed class EpollConnection : IConnectionTransport
{
    private readonly EventLoop _loop;
    private readonly IPEndPoint? _remote;
    private int _isPosted;

    public EpollConnection(EventLoop loop, int descriptor, IPEndPoint? remote, ThriftDispatcher dispatcher)
    {
        _loop = loop;
        _remote = remote;
        Descriptor = descriptor;
        Thrift = new ThriftConnection(dispatcher, this);
    }

    /// <summary>The protocol on top.</summary>
    public ThriftConnection Thrift { get; }

    /// <summary>The socket; -1 once closed.</summary>
    public int Descriptor { get; set; }

    /// <summary>Its place in the loop's table.</summary>
    public int Index { get; set; }

    /// <summary>What epoll watches for.</summary>
    public int Interest { get; set; }

    /// <summary>Replies the socket did not take yet.</summary>
    public byte[] Output { get; set; } = [];

    /// <summary>First byte of <see cref="Output"/> not sent.</summary>
    public int OutputStart { get; set; }

    /// <summary>End of <see cref="Output"/>.</summary>
    public int OutputEnd { get; set; }

    /// <summary>When the socket last refused bytes after having taken some, in ms.</summary>
    public long BlockedSinceMs { get; set; }

    /// <summary>Whether replies wait for the client to read.</summary>
    public bool IsBlocked => OutputEnd > OutputStart;

    /// <summary>Neighbour in the list of posted connections.</summary>
    public EpollConnection? NextPosted { get; set; }

    public string RemoteAddress => _remote?.ToString() ?? "unknown";

    /// <summary>Marks it as posted; false when it is already.</summary>
    public bool TryMarkPosted() => Interlocked.Exchange(ref _isPosted, 1) == 0;

    /// <summary>Takes the mark away before its replies are looked at, so that none is missed.</summary>
    public void ClearPosted() => Volatile.Write(ref _isPosted, 0);

    public void RequestFlush() => _loop.Post(this);
}
