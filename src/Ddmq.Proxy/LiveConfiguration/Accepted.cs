using Ddmq.Config.ZooKeeper.Watching;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>A node that was good, with what it says. Immutable.</summary>
internal sealed record Accepted<T>(WatchedNode Node, T Value);
