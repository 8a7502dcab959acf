using Ddmq.Core.Messages;

namespace Ddmq.Storage.RocketMq;

/// <summary>What the store has done since it was started. Any thread may read; each number is right on its own.</summary>
public sealed class RocketMqCounters
{
    private long _stored;
    private long _weaklyStored;
    private long _notStored;
    private long _unknown;
    private long _batches;
    private long _batchMessages;
    private long _splitBatches;
    private long _refusedEarly;
    private long _routeRefreshes;
    private long _routeFailures;

    /// <summary>Messages stored.</summary>
    public long Stored => Volatile.Read(ref _stored);

    /// <summary>Those of <see cref="Stored"/> that the broker had not yet flushed or copied as it is configured to.</summary>
    public long WeaklyStored => Volatile.Read(ref _weaklyStored);

    /// <summary>Messages that certainly are not stored.</summary>
    public long NotStored => Volatile.Read(ref _notStored);

    /// <summary>Messages of which it is not known.</summary>
    public long Unknown => Volatile.Read(ref _unknown);

    /// <summary>Requests that carried more than one message.</summary>
    public long Batches => Volatile.Read(ref _batches);

    /// <summary>Messages in them.</summary>
    public long BatchMessages => Volatile.Read(ref _batchMessages);

    /// <summary>Batches that a broker refused and whose messages were then sent one by one.</summary>
    public long SplitBatches => Volatile.Read(ref _splitBatches);

    /// <summary>Messages refused because their turn would not have come in time.</summary>
    public long RefusedEarly => Volatile.Read(ref _refusedEarly);

    /// <summary>Routes fetched.</summary>
    public long RouteRefreshes => Volatile.Read(ref _routeRefreshes);

    /// <summary>Times no name server gave an answer.</summary>
    public long RouteFailures => Volatile.Read(ref _routeFailures);

    internal void Finished(Stored stored, bool isWeak)
    {
        Interlocked.Increment(ref stored == Core.Messages.Stored.Yes ? ref _stored
            : ref stored == Core.Messages.Stored.No ? ref _notStored : ref _unknown);
        if (isWeak)
        {
            Interlocked.Increment(ref _weaklyStored);
        }
    }

    internal void Batch(int messages)
    {
        Interlocked.Increment(ref _batches);
        Interlocked.Add(ref _batchMessages, messages);
    }

    internal void BatchSplit() => Interlocked.Increment(ref _splitBatches);

    internal void EarlyRefusal() => Interlocked.Increment(ref _refusedEarly);

    internal void RouteAsked(bool isAnswered) => Interlocked.Increment(ref isAnswered ? ref _routeRefreshes : ref _routeFailures);
}
