using Ddmq.Config.ZooKeeper.Watching;

namespace Ddmq.Config.ZooKeeper.Caching;

/// <summary>Nodes that were saved.</summary>
/// <param name="Snapshot">The nodes; <see cref="NodeSnapshot.ReadAt"/> is the time they were saved.</param>
/// <param name="Version">The number of the saved version; a later one has a higher number.</param>
/// <param name="File">Where they were read from.</param>
public sealed record CachedNodes(NodeSnapshot Snapshot, long Version, string File)
{
    /// <summary>When they were saved.</summary>
    public DateTimeOffset SavedAt => Snapshot.ReadAt;
}
