namespace Ddmq.Config.ZooKeeper;

/// <summary>How a multi ended.</summary>
/// <param name="Error">Ok when all was done; otherwise nothing was, except that nobody knows after a lost connection.</param>
/// <param name="Parts">One per write, in their order: the one that failed says why, the others <see cref="ZooKeeperError.RuntimeInconsistency"/> or Ok. Empty when no answer came.</param>
public readonly record struct MultiResult(ZooKeeperError Error, IReadOnlyList<ZooKeeperError> Parts);
