namespace Ddmq.Config.ZooKeeper.Watching;

/// <summary>
/// A proxy's own node and its topics' nodes at one time. Immutable. A node that did not change is the same object as in the snapshot
/// before, and one that was written again with the same bytes has at least the same <see cref="WatchedNode.Bytes"/>.
/// </summary>
/// <param name="Own">The proxy's own node.</param>
/// <param name="Topics">The nodes of the topics it names, by topic name; missing and unreadable ones included.</param>
/// <param name="Number">Grows from snapshot to snapshot of one watcher, possibly by more than 1; 0 when it comes from elsewhere.</param>
/// <param name="ReadAt">When the last of its nodes was read.</param>
public sealed record NodeSnapshot(WatchedNode Own, IReadOnlyDictionary<string, WatchedNode> Topics, long Number, DateTimeOffset ReadAt);
