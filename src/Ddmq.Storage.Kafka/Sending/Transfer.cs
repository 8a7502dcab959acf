namespace Ddmq.Storage.Kafka.Sending;

/// <summary>
/// Messages of one lane that are handed to the client together, for one partition. Ends when each of them has been answered. Thread-safe;
/// reused by its lane.
/// </summary>
internal sealed class Transfer(KafkaLane lane)
{
    private int _left;
    private bool _hasFailed;

    /// <summary>Where it goes; null when the topic has no partitions any more.</summary>
    public KafkaPartition? Partition { get; private set; }

    /// <summary>When it began, in timestamp ticks.</summary>
    public long Began { get; private set; }

    /// <summary>Whether it has taken too long and its lane does not wait for it any more. The lane's own, under its lock.</summary>
    public bool IsOverdue { get; set; }

    /// <summary>How many messages were handed over; known when it ends.</summary>
    public int Messages { get; private set; }

    /// <summary>Whether one of them was not acknowledged; known when it ends.</summary>
    public bool HasFailed => _hasFailed;

    /// <summary>Whether nothing else of its lane was under way when it began, and little waited; the <see cref="LanePace"/>'s own.</summary>
    public bool IsAlone { get; set; }

    /// <summary>Begins. It does not end before the lane has called <see cref="EndsWithLane"/>.</summary>
    public void Begin(KafkaPartition? partition, long now)
    {
        Partition = partition;
        Began = now;
        IsOverdue = false;
        _hasFailed = false;
        Volatile.Write(ref _left, 1);
    }

    /// <summary>Takes a message in, before it is handed over: its report may come at any time after that.</summary>
    public void Enter(SendOperation operation)
    {
        operation.Transfer = this;
        Interlocked.Increment(ref _left);
    }

    /// <summary>A message was not taken by the client. Only before the lane has left.</summary>
    public void Withdraw(SendOperation operation)
    {
        operation.Transfer = null;
        Interlocked.Decrement(ref _left);
    }

    /// <summary>A message has been answered. The last one brings the lane's next transfer on its way.</summary>
    /// <param name="isAcknowledged">Whether with success.</param>
    public void Leave(bool isAcknowledged)
    {
        if (!isAcknowledged)
        {
            _hasFailed = true;
        }

        if (Interlocked.Decrement(ref _left) == 0)
        {
            lane.Ended(this);
        }
    }

    /// <summary>The lane has handed over all. True when they have all been answered by now, and the lane is to end it.</summary>
    /// <param name="messages">How many.</param>
    public bool EndsWithLane(int messages)
    {
        Messages = messages;
        return Interlocked.Decrement(ref _left) == 0;
    }
}
