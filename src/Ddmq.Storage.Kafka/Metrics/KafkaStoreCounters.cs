using Ddmq.Core.Messages;

namespace Ddmq.Storage.Kafka.Metrics;

/// <summary>
/// What the store has done since it was started. Any thread may read; each number is right on its own. Sent and failed messages and those
/// in flight add up to all that were taken in: what is refused at once (too large, unknown topic, stopping) is failed, too.
/// </summary>
public sealed class KafkaStoreCounters
{
    private readonly long[] _failed = new long[SendStatuses.MaxCode + 1];
    private long _inFlight;
    private long _inFlightBytes;
    private long _sent;
    private long _sentBytes;
    private long _unknown;
    private long _rebuilds;
    private long _refusedUnknownTopics;
    private long _refusedEarly;
    private long _roomWaits;
    private long _transfers;
    private long _transferred;
    private long _overdueTransfers;
    private long _waiting;

    /// <summary>Messages taken in and not answered yet.</summary>
    public long InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Bytes of their bodies.</summary>
    public long InFlightBytes => Volatile.Read(ref _inFlightBytes);

    /// <summary>Those of them that wait for an acknowledgement, for metadata or for room; the client does not have them yet.</summary>
    public long Waiting => Volatile.Read(ref _waiting);

    /// <summary>Messages stored.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Bytes of their bodies.</summary>
    public long SentBytes => Volatile.Read(ref _sentBytes);

    /// <summary>Those of the failed messages that may have been stored nevertheless.</summary>
    public long PossiblyStored => Volatile.Read(ref _unknown);

    /// <summary>How often a client that had failed was replaced by a new one.</summary>
    public long Rebuilds => Volatile.Read(ref _rebuilds);

    /// <summary>Messages refused because their topic was known to be missing.</summary>
    public long RefusedUnknownTopics => Volatile.Read(ref _refusedUnknownTopics);

    /// <summary>Messages refused because they would have been acknowledged too late.</summary>
    public long RefusedEarly => Volatile.Read(ref _refusedEarly);

    /// <summary>How often a message met a full client and had to wait.</summary>
    public long RoomWaits => Volatile.Read(ref _roomWaits);

    /// <summary>How often messages were handed to a client together, for one partition; one alone counts, too.</summary>
    public long Transfers => Volatile.Read(ref _transfers);

    /// <summary>The messages of all <see cref="Transfers"/>.</summary>
    public long Transferred => Volatile.Read(ref _transferred);

    /// <summary>How often the next messages went without the acknowledgement of those before: it took too long.</summary>
    public long OverdueTransfers => Volatile.Read(ref _overdueTransfers);

    /// <summary>Messages answered with this code, which is not <see cref="SendStatus.Ok"/>.</summary>
    public long Failed(SendStatus status) => Volatile.Read(ref _failed[(int)status]);

    internal long Began(int bytes)
    {
        Interlocked.Add(ref _inFlightBytes, bytes);
        return Interlocked.Increment(ref _inFlight);
    }

    /// <summary>Returns how many are still in flight.</summary>
    internal long Ended(int bytes, in SendResult result)
    {
        if (result.IsOk)
        {
            Interlocked.Increment(ref _sent);
            Interlocked.Add(ref _sentBytes, bytes);
        }
        else
        {
            Refused(result);
        }

        Interlocked.Add(ref _inFlightBytes, -bytes);
        return Interlocked.Decrement(ref _inFlight);
    }

    internal void Refused(in SendResult result)
    {
        Interlocked.Increment(ref _failed[(int)result.Status]);
        if (result.Stored == Stored.Unknown)
        {
            Interlocked.Increment(ref _unknown);
        }
    }

    internal void RefusedUnknownTopic() => Interlocked.Increment(ref _refusedUnknownTopics);

    internal void EarlyRefusal() => Interlocked.Increment(ref _refusedEarly);

    internal void Rebuilt() => Interlocked.Increment(ref _rebuilds);

    internal void WaitsForRoom() => Interlocked.Increment(ref _roomWaits);

    internal void HandedOver(int messages)
    {
        Interlocked.Increment(ref _transfers);
        Interlocked.Add(ref _transferred, messages);
    }

    internal void TransferOverdue() => Interlocked.Increment(ref _overdueTransfers);

    internal void WaitingChanged(int by) => Interlocked.Add(ref _waiting, by);
}
