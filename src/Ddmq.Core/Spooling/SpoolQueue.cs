namespace Ddmq.Core.Spooling;

/// <summary>The lanes and counters of one topic on one cluster. Under the spool's lock.</summary>
internal sealed class SpoolQueue
{
    private readonly Dictionary<SpoolDropReason, long> _dropped =
        Enum.GetValues<SpoolDropReason>().ToDictionary(reason => reason, _ => 0L);

    public SpoolQueue(SpoolQueueName name)
    {
        Name = name;
        Lanes = [.. Enumerable.Range(0, SpoolLanes.Count).Select(number => new SpoolLane(this, number))];
    }

    public SpoolQueueName Name { get; }

    public IReadOnlyList<SpoolLane> Lanes { get; }

    public long Messages { get; set; }

    /// <summary>Bytes of the entries, and of those on their way into the queue.</summary>
    public long Bytes { get; set; }

    public long Spooled { get; set; }

    public long Recovered { get; set; }

    public long Delivered { get; set; }

    public long PossibleDuplicates { get; set; }

    public long Refused { get; set; }

    /// <summary>Why nothing is delivered at the moment.</summary>
    public string? Waiting { get; set; }

    public void Dropped(SpoolDropReason reason) => _dropped[reason]++;

    public SpoolReading Read() => new()
    {
        Queue = Name,
        Messages = Messages,
        Bytes = Bytes,
        OldestUnixMs = Lanes.Where(lane => lane.First < lane.Next).Select(lane => lane.FirstUnixMs).DefaultIfEmpty().Min(),
        Spooled = Spooled,
        Recovered = Recovered,
        Delivered = Delivered,
        PossibleDuplicates = PossibleDuplicates,
        Dropped = new Dictionary<SpoolDropReason, long>(_dropped),
        Refused = Refused,
        Waiting = Messages == 0 ? null : Waiting,
    };
}
