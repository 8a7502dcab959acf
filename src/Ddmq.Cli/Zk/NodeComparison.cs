namespace Ddmq.Cli.Zk;

/// <summary>How a node in ZooKeeper and what a proxy has in force of it differ. Immutable.</summary>
/// <param name="Path">The node.</param>
/// <param name="Version">Its version in ZooKeeper; null when it is not there.</param>
/// <param name="Problem">Why the node cannot be in force; null when it could.</param>
/// <param name="Differences">Old is in force, new is in ZooKeeper.</param>
internal sealed record NodeComparison(string Path, int? Version, string? Problem, IReadOnlyList<MemberDifference> Differences);
