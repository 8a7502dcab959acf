namespace Ddmq.Config.ZooKeeper;

/// <summary>A node as it was read.</summary>
/// <param name="Bytes">Its data; they are the caller's and nobody changes them.</param>
/// <param name="Stat">What belongs to these data.</param>
public readonly record struct NodeData(ReadOnlyMemory<byte> Bytes, NodeStat Stat);
