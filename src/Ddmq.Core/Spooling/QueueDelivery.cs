namespace Ddmq.Core.Spooling;

/// <summary>One queue on its way out, and how it goes with its attempts. The delivery loop's own.</summary>
internal sealed class QueueDelivery
{
    public QueueDelivery(SpoolQueue queue)
    {
        Queue = queue;
        Lanes = [.. queue.Lanes.Select(lane => new LaneDelivery(this, lane))];
    }

    public SpoolQueue Queue { get; }

    public IReadOnlyList<LaneDelivery> Lanes { get; }

    /// <summary>Lanes that wait for the next attempt.</summary>
    public Queue<LaneDelivery> Parked { get; } = new();

    /// <summary>Attempts that failed since the last success; 0 when all is well.</summary>
    public int Failures { get; set; }

    /// <summary>When the next attempt is due, as a timestamp. Only while <see cref="Failures"/> is above 0.</summary>
    public long DueTimestamp { get; set; }

    /// <summary>The next attempt is under way: one message, the rest waits for what becomes of it.</summary>
    public bool IsTrying { get; set; }

    /// <summary>Whether the cluster said that it is in trouble when the last attempt failed.</summary>
    public bool HadTrouble { get; set; }
}
