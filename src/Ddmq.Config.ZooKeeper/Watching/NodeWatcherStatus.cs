namespace Ddmq.Config.ZooKeeper.Watching;

/// <summary>A watcher's state at one moment, for operators.</summary>
public sealed record NodeWatcherStatus
{
    /// <summary>How it stands with ZooKeeper.</summary>
    public required NodeWatcherState State { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>What went wrong last while it is not connected; empty when there is nothing to say.</summary>
    public required string Detail { get; init; }

    /// <summary>The proxy's own node while ZooKeeper is known not to have it; otherwise null.</summary>
    public required string? WaitingFor { get; init; }

    /// <summary>When the last snapshot was handed over; null for none.</summary>
    public required DateTimeOffset? LastSnapshotAt { get; init; }

    /// <summary>How many topics are watched.</summary>
    public required int Topics { get; init; }

    /// <summary>How many snapshots were handed over.</summary>
    public required long Snapshots { get; init; }

    /// <summary>How many nodes were read, with their data.</summary>
    public required long Reads { get; init; }

    /// <summary>How many watches fired.</summary>
    public required long Events { get; init; }

    /// <summary>How many connections followed the first one.</summary>
    public required long Reconnects { get; init; }

    /// <summary>How many sessions were opened.</summary>
    public required long Sessions { get; init; }

    /// <summary>How many nodes the regular comparison found changed without an event.</summary>
    public required long MissedChanges { get; init; }
}
