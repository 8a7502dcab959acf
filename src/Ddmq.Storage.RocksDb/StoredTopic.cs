namespace Ddmq.Storage.RocksDb;

/// <summary>One topic at the moment of asking.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">Its partitions in order.</param>
public sealed record StoredTopic(string Name, IReadOnlyList<StoredPartition> Partitions);
