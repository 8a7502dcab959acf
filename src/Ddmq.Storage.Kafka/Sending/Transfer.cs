namespace Ddmq.Storage.Kafka.Sending;

/// <summary>
/// Messages of one lane that are handed to the client together, for one partition. Ends when each of them has been answered. Thread-safe;
/// reused by its lane.
/// </summary>
internal sealed class Transfer(KafkaLane lane)
{
    private int _left;

    /// <summary>Where it goes; null when the topic has no partitions any more.</summary>
    public KafkaPartition? Partition { get; private set; }

    /// <summary>When it began, in timestamp ticks.</summary>
    public long Began { get; private set; }

    /// <summary>Whether it has taken too long and its lane does not wait for it any more. The lane's own, under its lock.</summary>
    public bool IsOverdue { get; set; }

    /// <summary>Begins. It does not end before the lane has called <see cref="EndsWithLane"/>.</summary>
    public void Begin(KafkaPartition? partition, long now)
    {
        Partition = partition;
        Began = now;
        IsOverdue = false;
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
    public void Leave()
    {
        if (Interlocked.Decrement(ref _left) == 0)
        {
            lane.Ended(this);
        }
    }

    /// <summary>The lane has handed over all. True when they have all been answered by now, and the lane is to end it.</summary>
    public bool EndsWithLane() => Interlocked.Decrement(ref _left) == 0;
}
