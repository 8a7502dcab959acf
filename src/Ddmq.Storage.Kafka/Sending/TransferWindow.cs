namespace Ddmq.Storage.Kafka.Sending;

/// <summary>A lane's transfers that are under way, and how many may be. Not thread-safe: the lane's own, under its lock.</summary>
internal sealed class TransferWindow(SendContext context, KafkaLane lane, int max)
{
    private readonly List<Transfer> _underWay = [];
    private Transfer? _spare;

    /// <summary>How fast they are acknowledged.</summary>
    public LanePace Pace { get; } = new(context.Time);

    /// <summary>Whether the next one may begin.</summary>
    public bool HasRoom => _underWay.Count < max;

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
