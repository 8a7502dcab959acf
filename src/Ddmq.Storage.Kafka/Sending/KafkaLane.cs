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
internal sealed class KafkaLane : IWaitingLine, IBurstTarget
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
    private uint _turn = (uint)Random.Shared.Next();
    private bool _isDeferred;
    private bool _isPumping;
    private bool _isFull;
    private bool _hasNoRoom;
    private bool _isCrowded;
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
    public SendResult? TryAdd(SendOperation operation)
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
                _isCrowded = true;
                return KafkaErrors.TooMuchWaits(hasSpool: request.Topic?.Policy.Durability == TopicDurability.SpoolOnFailure);
            }

            if (!_context.Waiting.TryEnter(operation.BodyLength))
            {
                return _context.NoRoomToWait;
            }

            operation.WaitsSince = now;
            _waiting.Enqueue(operation);

            // Where others have just been refused there are more to come: the first to find a place is not to go alone.
            if (!_window.HasRoom || _isFull || _isCrowded)
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
        }

        // Outside the lock: who awaits a result may send the next message from here.
        foreach ((SendOperation operation, SendResult result) in done ?? [])
        {
            Answer(operation, result);
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

    /// <summary>Hands over what waits, as far as transfers may be under way. One thread at a time; a second one leaves it to the first.</summary>
    private void Pump()
    {
        // A loop, not a recursion: messages may all be answered before they are handed over, and others have come meanwhile.
        while (TryBegin(out Transfer? transfer, out int left))
        {
            SendOperation? operation = null;
            bool isFull = false;
            int handedOver = 0;
            while (!isFull && TryNext(ref operation, ref left))
            {
                // Once it is handed over it may be another message's at any time.
                int bodyLength = operation!.BodyLength;
                SendResult? outcome = TryHandOver(operation, transfer!, out isFull);
                if (isFull)
                {
                    break;
                }

                _context.Waiting.Leave(bodyLength);
                if (outcome is { } result)
                {
                    _context.Pool.Settle(operation, result);
                }
                else
                {
                    handedOver++;
                }
            }

            if (handedOver > 0)
            {
                _context.Counters.HandedOver(handedOver);
            }

            bool isOver = transfer!.EndsWithLane(handedOver);
            lock (_lock)
            {
                _isPumping = false;
                _isFull = isFull;
                _window.Pace.HandedOver(handedOver);
                if (_waiting.Count > 0)
                {
                    Watch();
                }
            }

            if (isOver)
            {
                Release(transfer, isFull);
            }
        }
    }

    // Not what must keep its order: a later message that happens to find less waiting must not pass it.
    private bool MayRefuse(SendRequest request) =>
        request is { DeadlineTimestamp: > 0, IsRestOfBatch: false } && (Partition is null || request.Topic?.Config.StrongOrder != true);

    private bool TryBegin(out Transfer? transfer, out int left)
    {
        lock (_lock)
        {
            left = _waiting.Count;
            transfer = null;
            if (_isPumping || left == 0 || (!_isClosed && (_isFull || !_window.HasRoom)))
            {
                return false;
            }

            transfer = _window.Begin(Partition ?? NextPartition(), left);
            _isPumping = true;
            _isCrowded = false;
            _hasNoRoom = false;
            return true;
        }
    }

    /// <summary>Takes the message in hand out of the line and the next one into it; it stays there until it has been handed over.</summary>
    private bool TryNext(ref SendOperation? operation, ref int left)
    {
        lock (_lock)
        {
            if (operation is not null)
            {
                _waiting.Dequeue();
                left--;
            }

            return (left > 0 || _isClosed) && _waiting.TryPeek(out operation);
        }
    }

    /// <summary>The message's result when it is not handed over; null when it is, or when the client is full and it keeps its place.</summary>
    private SendResult? TryHandOver(SendOperation operation, Transfer transfer, out bool isFull)
    {
        isFull = false;
        if (Volatile.Read(ref _isClosed))
        {
            return _context.Stopping;
        }

        if (_context.IsLate(operation, out SendResult late))
        {
            return late;
        }

        if (transfer.Partition is not { } partition)
        {
            return KafkaErrors.NotTaken(ErrorCode.UnknownTopicOrPart, -1);
        }

        transfer.Enter(operation);
        ErrorCode code = _context.Clients.Produce(operation, partition);
        if (code == ErrorCode.NoError)
        {
            return null;
        }

        transfer.Withdraw(operation);
        switch (code)
        {
            case ErrorCode.Local_InProgress:
                isFull = true;
                return null;
            case ErrorCode.Local_QueueFull:
                isFull = true;
                Volatile.Write(ref _hasNoRoom, true);
                if (!operation.HasMetFullClient)
                {
                    operation.HasMetFullClient = true;
                    _context.Counters.WaitsForRoom();
                }

                return null;
            case ErrorCode.Local_Destroy:
                return _context.Stopping;
            default:
                if (KafkaErrors.ConcernsMetadata(code))
                {
                    _context.Metadata.Ask(_topic);
                }

                return KafkaErrors.NotTaken(code, partition.Name.Partition.Value);
        }
    }

    private void Release(Transfer transfer, bool isFull)
    {
        lock (_lock)
        {
            _window.End(transfer);
            _isFull &= isFull;
        }
    }

    // Under the lock. The topic's partitions in turn; one whose leader is slow only when all are.
    private KafkaPartition? NextPartition()
    {
        KafkaPartition? partition = null;
        KafkaLane[] lanes = _topic.Partitions ?? [];
        for (int i = 0; i < lanes.Length; i++)
        {
            partition = lanes[_turn++ % (uint)lanes.Length].Partition;
            if (!partition!.IsSlow)
            {
                break;
            }
        }

        return partition;
    }

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
