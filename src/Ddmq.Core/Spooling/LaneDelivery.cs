namespace Ddmq.Core.Spooling;

/// <summary>One lane on its way out. The delivery loop's own.</summary>
internal sealed class LaneDelivery(QueueDelivery queue, SpoolLane lane)
{
    public QueueDelivery Queue { get; } = queue;

    public SpoolLane Lane { get; } = lane;

    /// <summary>What has been read and not been removed yet; the first is the next, or the one on its way.</summary>
    public Queue<SpooledMessage> Read { get; } = new();

    /// <summary>Whether it waits to be sent from, waits for its queue's next attempt, or has a message on its way. Otherwise it is empty.</summary>
    public bool IsActive { get; set; }

    /// <summary>Whether the store still holds the first one's request, although its time is over.</summary>
    public bool IsFirstHeld { get; set; }

    /// <summary>Leaves a request that the store still holds to it, and goes on with another one.</summary>
    public void RenewFirstIfHeld()
    {
        if (IsFirstHeld)
        {
            IsFirstHeld = false;
            SpooledMessage[] read = [.. Read];
            Read.Clear();
            Read.Enqueue(read[0].Renewed());
            foreach (SpooledMessage next in read.Skip(1))
            {
                Read.Enqueue(next);
            }
        }
    }

    /// <summary>What waits for long is read again rather than kept in memory.</summary>
    public void ForgetAllButFirst()
    {
        if (Read.Count > 1)
        {
            SpooledMessage first = Read.Dequeue();
            Read.Clear();
            Read.Enqueue(first);
        }
    }
}
