namespace Ddmq.Config.ZooKeeper.Watching;

/// <summary>One watched node as it was read last. Immutable.</summary>
public sealed class WatchedNode
{
    private WatchedNode(string path, NodePresence presence, ReadOnlyMemory<byte> bytes, NodeStat stat, ZooKeeperError error)
    {
        Path = path;
        Presence = presence;
        Bytes = bytes;
        Stat = stat;
        Error = error;
    }

    /// <summary>Its path below the chroot.</summary>
    public string Path { get; }

    /// <summary>Whether it is there.</summary>
    public NodePresence Presence { get; }

    /// <summary>Its data, whatever they are: the placeholder <c>carrera</c> too. Empty unless <see cref="NodePresence.Present"/>.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Version, transaction and times; all zero when missing.</summary>
    public NodeStat Stat { get; }

    /// <summary>Why it is unreadable; otherwise <see cref="ZooKeeperError.Ok"/>.</summary>
    public ZooKeeperError Error { get; }

    /// <summary>A node that was read.</summary>
    public static WatchedNode Present(string path, ReadOnlyMemory<byte> bytes, NodeStat stat) =>
        new(path, NodePresence.Present, bytes, stat, ZooKeeperError.Ok);

    /// <summary>A node that does not exist.</summary>
    public static WatchedNode Missing(string path) => new(path, NodePresence.Missing, default, default, ZooKeeperError.Ok);

    /// <summary>A node that cannot be read.</summary>
    public static WatchedNode Unreadable(string path, NodeStat stat, ZooKeeperError error) => new(path, NodePresence.Unreadable, default, stat, error);

    /// <summary>Whether both hold the same bytes, or are missing or unreadable alike; versions do not count. The original console writes many nodes again as they were.</summary>
    public bool HasSameContentAs(WatchedNode other) =>
        Presence == other.Presence && Error == other.Error && Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <summary>Whether nobody has written to the node, deleted or created it since.</summary>
    internal bool IsCurrent(ZooKeeperResult<NodeStat> now) => Presence switch
    {
        NodePresence.Missing => now.Error == ZooKeeperError.NoNode,

        NodePresence.Unreadable => now.IsOk ? IsSameWrite(now.Value) : now.Error != ZooKeeperError.NoNode,
        _ => now.IsOk && IsSameWrite(now.Value),
    };

    /// <summary>The same as <see cref="IsCurrent"/> between two readings.</summary>
    internal bool IsSameAs(WatchedNode other) => HasSameContentAs(other) && IsSameWrite(other.Stat);

    /// <summary>This reading with the byte array of another that holds the same bytes.</summary>
    internal WatchedNode Sharing(ReadOnlyMemory<byte> bytes) => new(Path, Presence, bytes, Stat, Error);

    // Times too: after an ensemble was built anew, transactions are counted from the start again. Not the children: nobody asks for them.
    private bool IsSameWrite(NodeStat stat) => Stat with { ChildCount = 0 } == stat with { ChildCount = 0 };
}
