using Ddmq.Config.ZooKeeper.Watching;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>How the configuration from ZooKeeper stands at one moment, for operators.</summary>
internal sealed record ConfigurationStatus
{
    /// <summary>The name under which ZooKeeper knows this proxy.</summary>
    public required string Instance { get; init; }

    /// <summary>The ensemble with its chroot.</summary>
    public required string Address { get; init; }

    /// <summary>The proxy's own node with the chroot.</summary>
    public required string OwnPath { get; init; }

    /// <summary>The session; null before it began.</summary>
    public required NodeWatcherStatus? Watcher { get; init; }

    /// <summary>Not null while the last good configuration from the disk is in force: when it was saved.</summary>
    public required DateTimeOffset? RunsFromCacheOf { get; init; }

    /// <summary>Nodes that are not in force as ZooKeeper has them.</summary>
    public required IReadOnlyList<NodeProblem> Problems { get; init; }

    /// <summary>How many problems there were so far.</summary>
    public required long Refusals { get; init; }

    /// <summary>What is in force; null for nothing yet.</summary>
    public required VersionedSettings? InForce { get; init; }

    /// <summary>What the proxy waits for while nothing is in force, and the command that helps; null otherwise.</summary>
    public string? WaitsFor => InForce is not null && RunsFromCacheOf is null ? null
        : Watcher is not { State: NodeWatcherState.Connected } ? $"ZooKeeper {Address} does not answer ({Detail()}); the proxy goes on trying"
        : Problems.FirstOrDefault(problem => problem.Path.StartsWith("/pproxy/", StringComparison.Ordinal)) is { Version: >= 0 } own
            ? $"the node {OwnPath} in ZooKeeper is not good: {own.Reason}"
            : $"the node {OwnPath} does not exist in ZooKeeper; bind this proxy with the console, or with: ddmq zk bind {Instance} --zookeeper {Address}";

    private string Detail() => Watcher is null ? "not started" : Watcher.Detail.Length > 0 ? Watcher.Detail : Watcher.State.ToString();
}
