namespace Ddmq.Storage.Kafka.Sending;

/// <summary>A lane's transfers that are under way, and how many may be. Not thread-safe: the lane's own, under its lock.</summary>
internal sealed class TransferWindow(SendContext context, KafkaLane lane, int max)
{
    private readonly List<Transfer> _underWay = [];
    private Transfer? _spare;

    /// <summary>How fast they are acknowledged.</summary>
    public LanePace Pace { get; } = new(context.Time);

    /// <summary>
    /// Whether the next one may begin. Where more comes than is taken, it is not the number under way that counts but that each makes a full request:
    /// what is under way and waits, dealt out to the requests the client has made at a time and one that it finds when the next may leave. So no
    /// request leaves with a message or two, which takes as much of a broker's time, and of those that may be on their way, as a full one.
    /// </summary>
    /// <param name="waiting">How many wait for it; above 0.</param>
    /// <param name="since">Since when the first of them has waited.</param>
    /// <param name="now">The time.</param>
    public bool MayBegin(int waiting, long since, long now) => Pace.IsCrowded(now)
        ? waiting >= context.Requests.Messages
            || (long)waiting * (context.Requests.Made + 1) >= Pace.UnderWay + waiting
            || context.Time.GetElapsedTime(since, now) >= KafkaLane.Patience
        : _underWay.Count < max;

    /// <summary>How many messages the next one takes at most.</summary>
    public int Most(long now) => Pace.IsCrowded(now) ? context.Requests.Messages : int.MaxValue;

    /// <summary>Begins one, that so many have waited for.</summary>
    public Transfer Begin(KafkaPartition? partition, int waiting)
    {
        Transfer transfer = _spare ?? new Transfer(lane);
        _spare = null;
        transfer.Begin(partition, context.Time.GetTimestamp());
        Pace.Begun(transfer, waiting);
        _underWay.Add(transfer);
        return transfer;
    }

    /// <summary>Ends one, which may be used again.</summary>
    public void End(Transfer transfer)
    {
        Pace.Ended(transfer);
        if (transfer.IsOverdue)
        {
            transfer.Partition?.OverdueChanged(-1);
        }
        else
        {
            _underWay.Remove(transfer);
        }

        _spare ??= transfer;
    }

    /// <summary>Waits no longer for those that have taken <see cref="KafkaLane.Patience"/>.</summary>
    public void GiveUpOverdue() => _underWay.RemoveAll(IsOverdue);

    private bool IsOverdue(Transfer transfer)
    {
        if (context.Time.GetElapsedTime(transfer.Began) < KafkaLane.Patience)
        {
            return false;
        }

        transfer.IsOverdue = true;
        transfer.Partition?.OverdueChanged(1);
        context.Counters.TransferOverdue();
        return true;
    }
}
