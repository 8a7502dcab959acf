using Confluent.Kafka;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Core.Topics;

namespace Ddmq.Storage.Kafka.Sending;

/// <summary>
/// Where messages gather while those before them are under way: one transfer to a partition of their own, two when they may go to any. The
/// acknowledgement is the clock: it hands over what has gathered, all for one partition, so that it becomes one batch of the client and one
/// request. An idle lane passes a message on at once, or at the end of the front door's burst together with the rest of the burst. What would be
/// acknowledged too late for its call is refused. Keeps the order of its messages. Thread-safe.
/// <para>
/// librdkafka alone sends the first message it is given at once, and up to five requests of few messages at a time; each costs it, and the
/// broker even more, some fifty microseconds (docs/decisions/0014).
/// </para>
/// </summary>
internal sealed partial class KafkaLane : IWaitingLine, IBurstTarget
{
    /// <summary>
    /// How long an acknowledgement is waited for. Then the next messages are handed over without it, to another partition if they may.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    /// <summary>Transfers under way at a time of messages that may go to any partition.</summary>
    private const int AnyPartitionTransfers = 2;

    private readonly SendContext _context;
    private readonly KafkaTopic _topic;
    private readonly Lock _lock = new();
    private readonly Queue<SendOperation> _waiting = new();
    private readonly TransferWindow _window;
    private bool _isDeferred;
    private bool _isFull;
    private bool _hasNoRoom;
    private bool _isWatched;
    private bool _isClosed;

    /// <param name="context">The store's.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition the messages belong to; null: the topic's partitions take turns.</param>
    public KafkaLane(SendContext context, KafkaTopic topic, KafkaPartition? partition)
    {
        _context = context;
        _topic = topic;
        Partition = partition;
        _window = new TransferWindow(context, this, partition is null ? AnyPartitionTransfers : 1);
    }

    /// <summary>The partition the messages belong to; null when they may go to any.</summary>
    public KafkaPartition? Partition { get; }

    /// <summary>Takes a message, or answers it when there is no room for it to wait, the lane is closed, or too slow for the message's time.</summary>
    public void Add(SendOperation operation)
    {
        if (TryAdd(operation) is { } refusal)
        {
            _context.Pool.Settle(operation, refusal);
        }
    }

    /// <summary>Takes a message, or says what it is to be answered with.</summary>
    /// <param name="operation">The message.</param>
    /// <param name="hasRoom">Whether it has waited elsewhere, and the room it took there is the lane's from now on; or its caller's still, when it is refused.</param>
    public SendResult? TryAdd(SendOperation operation, bool hasRoom = false)
    {
        SendRequest request = operation.Request;
        long now = _context.Time.GetTimestamp();
        lock (_lock)
        {
            if (_isClosed)
            {
                return _context.Stopping;
            }

            if (MayRefuse(request) && _window.Pace.IsHopeless(_waiting.Count, request.DeadlineTimestamp, now))
            {
                _window.Pace.Refused(now);
                _context.Counters.EarlyRefusal();
                return KafkaErrors.TooMuchWaits(hasSpool: request.Topic?.Policy.Durability == TopicDurability.SpoolOnFailure);
            }

            if (!hasRoom && !_context.Waiting.TryEnter(operation))
            {
                return _context.NoRoomToWait;
            }

            operation.WaitsSince = now;
            _waiting.Enqueue(operation);

            if (_isFull || !_window.MayBegin(_waiting.Count, _waiting.Peek().WaitsSince, now))
            {
                Watch();
                return null;
            }

            if (_isDeferred)
            {
                return null;
            }

            _isDeferred = true;
        }

        if (!Burst.TryDefer(this))
        {
            EndBurst();
        }

        return null;
    }

    /// <inheritdoc/>
    public void EndBurst()
    {
        lock (_lock)
        {
            _isDeferred = false;
        }

        Pump();
    }

    /// <summary>Every message of the transfer has been answered.</summary>
    public void Ended(Transfer transfer)
    {
        Release(transfer, isFull: false);
        lock (_lock)
        {
            if (_waiting.Count == 0 || _isDeferred)
            {
                return;
            }

            _isDeferred = true;
        }

        // What the same round of the front door brings goes along.
        if (!Burst.TryDefer(this))
        {
            EndBurst();
        }
    }

    /// <summary>There may be room: tries again.</summary>
    public void Retry()
    {
        lock (_lock)
        {
            _isFull = false;
        }

        Pump();
    }

    /// <inheritdoc/>
    public bool Sweep()
    {
        List<(SendOperation Operation, SendResult Result)>? done = null;
        lock (_lock)
        {
            // Whoever pumps has the first message in hand.
            if (_isPumping)
            {
                return true;
            }

            DropOverdue(ref done);
            if (_waiting.Count > 0)
            {
                _window.GiveUpOverdue();
            }

            _isPumping = true;
        }

        // Outside the lock: who awaits a result may send the next message from here. Nothing is handed over until they are answered: where
        // order counts it may have to follow them.
        foreach ((SendOperation operation, SendResult result) in done ?? [])
        {
            Answer(operation, result);
        }

        lock (_lock)
        {
            _isPumping = false;
        }

        Retry();
        lock (_lock)
        {
            return _isWatched = _waiting.Count > 0;
        }
    }

    /// <summary>Answers what waits and what comes: the store is closing.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }

        Pump();
    }

    // Not what must keep its order: a later message that happens to find less waiting must not pass it.
    private bool MayRefuse(SendRequest request) =>
        request is { DeadlineTimestamp: > 0, IsRestOfBatch: false } && (Partition is null || request.Topic?.Config.StrongOrder != true);

    // Under the lock.
    private void DropOverdue(ref List<(SendOperation Operation, SendResult Result)>? done)
    {
        // Deadlines need not come in the order of the messages.
        for (int left = _waiting.Count; left > 0; left--)
        {
            SendOperation operation = _waiting.Dequeue();
            if (HasWaitedTooLong(operation, out SendResult result))
            {
                (done ??= []).Add((operation, result));
            }
            else
            {
                _waiting.Enqueue(operation);
            }
        }
    }

    private bool HasWaitedTooLong(SendOperation operation, out SendResult result)
    {
        if (_context.IsLate(operation, out result))
        {
            return true;
        }

        // Behind a partition's first message, which has its own end, only the deadline counts.
        if (_isFull && _hasNoRoom && _context.Time.GetElapsedTime(operation.WaitsSince) >= _context.Options.RoomTimeout)
        {
            result = KafkaErrors.NotTaken(ErrorCode.Local_QueueFull, -1);
            return true;
        }

        return false;
    }

    private void Answer(SendOperation operation, in SendResult result)
    {
        _context.Waiting.Leave(operation.BodyLength);
        _context.Pool.Settle(operation, result);
    }

    // Under the lock.
    private void Watch()
    {
        if (!_isWatched)
        {
            _isWatched = true;
            _context.Waiting.Watch(this);
        }
    }
}
