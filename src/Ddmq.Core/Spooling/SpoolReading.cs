namespace Ddmq.Core.Spooling;

/// <summary>
/// One queue of the spool at one moment. <c>Spooled + Recovered = Delivered + Dropped + Messages</c>, always. Counters count from the start
/// of the process.
/// </summary>
public sealed record SpoolReading
{
    /// <summary>Whose messages.</summary>
    public required SpoolQueueName Queue { get; init; }

    /// <summary>Entries there now.</summary>
    public long Messages { get; init; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>When the oldest of them was spooled, Unix ms; 0 when there is none.</summary>
    public long OldestUnixMs { get; init; }

    /// <summary>Messages spooled, and answered so.</summary>
    public long Spooled { get; init; }

    /// <summary>Entries nobody was told of: found at start or after trouble of the disk, or written after their answer had been given.</summary>
    public long Recovered { get; init; }

    /// <summary>Entries stored by their cluster.</summary>
    public long Delivered { get; init; }

    /// <summary>Of those, the ones of which the cluster may have two copies.</summary>
    public long PossibleDuplicates { get; init; }

    /// <summary>Entries in the drop log, by reason.</summary>
    public required IReadOnlyDictionary<SpoolDropReason, long> Dropped { get; init; }

    /// <summary>Messages that the spool did not take.</summary>
    public long Refused { get; init; }

    /// <summary>Why nothing is delivered at the moment; null when it is, or there is nothing to deliver.</summary>
    public string? Waiting { get; init; }

    /// <summary>Whether every entry is accounted for.</summary>
    public bool IsBalanced => Spooled + Recovered == Delivered + Dropped.Values.Sum() + Messages;
}
