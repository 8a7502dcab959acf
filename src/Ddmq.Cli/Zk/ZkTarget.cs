using Ddmq.Config.ZooKeeper;

namespace Ddmq.Cli.Zk;

/// <summary>Which configuration is meant. Immutable.</summary>
/// <param name="Address">The ensemble, with the chroot below which the nodes lie.</param>
/// <param name="Digest"><c>user:password</c>; null for none.</param>
/// <param name="EmbeddedCluster">The name of the proxies' embedded store.</param>
internal sealed record ZkTarget(ZooKeeperAddress Address, string? Digest, string EmbeddedCluster);
