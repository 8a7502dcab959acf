using Ddmq.Core.Pipeline;
using Ddmq.Core.Storage;
using Ddmq.Storage.RocketMq.NameServers;
using Ddmq.Storage.RocketMq.Remoting;

namespace Ddmq.Storage.RocketMq.Sending;

/// <summary>
/// Where messages gather while a request before them is under way. The acknowledgement is the clock: it sends what has gathered, as one
/// batch if the messages allow it. An idle lane passes a message on at once, or, where the front door is reading, together with all that there is
/// to read. Keeps the order of its messages; with one request at a time that is also the order in which they are stored. Thread-safe.
/// </summary>
internal sealed class Lane : IBurstTarget
{
    // The original's client refuses longer joined names, brokers give each topic's length one signed byte.
    private const int MaxJoinedTopics = 255;

    private readonly SendContext _context;
    private readonly TopicState? _topic;
    private readonly LaneKind _kind;
    private readonly int _maxUnderWay;
    private readonly string _full;
    private readonly AnswerPace _pace;
    private readonly Lock _lock = new();
    private CallQueue _waiting;
    private int _underWay;
    private int _messagesUnderWay;
    private bool _isPumping;
    private bool _isStopped;
    private BatchCall? _spare;
    private int _nextQueue = Random.Shared.Next(1 << 20);

    /// <param name="context">The store's.</param>
    /// <param name="kind">What gathers here.</param>
    /// <param name="topic">The topic whose queues the messages are spread over; needed for <see cref="LaneKind.AnyQueue"/>.</param>
    /// <param name="maxUnderWay">Requests at a time.</param>
    public Lane(SendContext context, LaneKind kind, TopicState? topic, int maxUnderWay)
    {
        _context = context;
        _kind = kind;
        _topic = topic;
        _maxUnderWay = maxUnderWay;
        _full = $"more than {context.Options.MaxWaiting} messages wait for a queue";
        _pace = new AnswerPace(context.Time);
    }

    /// <summary>Whether its batches have the fork's form.</summary>
    public bool IsMultiTopic => _kind == LaneKind.Broker;

    /// <summary>Messages that wait here.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Takes a message, or answers it when the lane is full, stopped, or too slow for the message's time.</summary>
    public void Add(SendOperation operation)
    {
        CallFailure? failure = null;
        bool gainsByMore = false;
        lock (_lock)
        {
            if (_isStopped)
            {
                failure = CallFailure.StoppedUnsent;
            }
            else if (_waiting.Count >= _context.Options.MaxWaiting && !operation.BelongsToTaken)
            {
                failure = CallFailure.Full;
            }
            else if (_underWay >= _maxUnderWay && _pace.IsHopeless(_waiting.Count, _messagesUnderWay, operation.RefusalDeadline))
            {
                failure = CallFailure.Hopeless;
            }
            else
            {
                _waiting.Add(operation);
                if (_underWay >= _maxUnderWay)
                {
                    return;
                }

                gainsByMore = GainsByMore(operation);
            }
        }

        if (failure is { } reason)
        {
            operation.Fail(reason, reason == CallFailure.Full ? _full : null);
        }
        else if (!LaneBurst.TryDefer(this, gainsByMore))
        {
            Pump();
        }
    }

    /// <summary>Puts messages of a failed batch back to the front, in their order; they are sent when the batch's place is given up.</summary>
    public void TakeBack(SendOperation[] operations, bool canBatch)
    {
        lock (_lock)
        {
            for (int i = operations.Length - 1; i >= 0; i--)
            {
                operations[i].CanBatch &= canBatch;
                _waiting.AddFirst(operations[i]);
                _context.Watch(operations[i].Deadline);
            }
        }
    }

    /// <summary>A request of this lane has ended: the next one's turn.</summary>
    /// <param name="messages">How many it carried.</param>
    /// <param name="isAnswered">Whether the broker has answered it, whatever the answer.</param>
    /// <param name="batch">The batch, if it was one; it may be used again.</param>
    public void Ended(int messages, bool isAnswered, BatchCall? batch = null)
    {
        bool gainsByMore;
        lock (_lock)
        {
            if (isAnswered && _waiting.Count > 0)
            {
                _pace.Answered(messages, _messagesUnderWay);
            }

            _underWay--;
            _messagesUnderWay -= messages;
            _spare ??= batch;
            if (_waiting.Count == 0)
            {
                return;
            }

            gainsByMore = GainsByMore((SendOperation)_waiting.Head!);
        }

        // What the front door is reading goes along.
        if (!LaneBurst.TryDefer(this, gainsByMore))
        {
            Pump();
        }
    }

    /// <summary>Sends what waits, as far as requests may be under way. One thread at a time; a second one leaves it to the first.</summary>
    public void Pump()
    {
        lock (_lock)
        {
            if (_isPumping)
            {
                return;
            }

            _isPumping = true;
        }

        // A loop, not a recursion: a request that fails at once ends inside Send.
        while (TakeNext(out SendOperation? single, out BatchCall? batch, out CallFailure? refused))
        {
            if (refused is { } reason)
            {
                // Before the next one is looked at: where order counts it may have to follow this one.
                single!.Fail(reason, null);
            }
            else if (batch is not null)
            {
                Send(batch, batch.Queue);
            }
            else if (single!.Queue is { } queue)
            {
                Send(single, queue);
            }
            else
            {
                single.SettleWithoutQueue();
            }
        }
    }

    /// <inheritdoc/>
    public void EndBurst() => Pump();

    /// <summary>Gives up what has waited too long.</summary>
    /// <returns>When it is to be called again; <see cref="DueTimer.Never"/> while nobody waits.</returns>
    public long Sweep(long now)
    {
        CallQueue expired = default;
        long next;
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                return DueTimer.Never;
            }

            if (_isPumping)
            {
                return now; // soon
            }

            next = _waiting.MoveExpired(now, ref expired);
            if (expired.Count == 0)
            {
                return next;
            }

            _isPumping = true;
        }

        // Nothing is sent until they have failed: where order counts it may have to follow them.
        expired.FailAll(CallFailure.Expired, null);
        lock (_lock)
        {
            _isPumping = false;
        }

        Pump();
        return next;
    }

    /// <summary>Fails what waits and what comes.</summary>
    public void Stop()
    {
        CallQueue waiting;
        lock (_lock)
        {
            _isStopped = true;
            waiting = _waiting;
            _waiting = default;
        }

        waiting.FailAll(CallFailure.StoppedUnsent, null);
    }

    private static void Send(PendingCall call, PublishQueue queue)
    {
        if (queue.Client is { } client)
        {
            client.Send(call);
        }
        else
        {
            call.Fail(CallFailure.NotSent, "it has no master");
        }
    }

    /// <summary>Forms the next request, or finds a message that is not to be sent; false when nothing is left to do, and then the pumping has ended.</summary>
    private bool TakeNext(out SendOperation? single, out BatchCall? batch, out CallFailure? refused)
    {
        single = null;
        batch = null;
        refused = null;
        lock (_lock)
        {
            if (_isStopped || _waiting.Count == 0 || _underWay >= _maxUnderWay)
            {
                if (_waiting.Count == 0)
                {
                    _pace.RanDry();
                }

                _isPumping = false;
                return false;
            }

            var first = (SendOperation)_waiting.Take()!;
            refused = first.Deadline <= _context.Time.GetTimestamp() ? CallFailure.Expired
                : first.Request.IsOvertaking ? CallFailure.Overtaking : null;
            if (refused is not null)
            {
                single = first;
                return true;
            }

            PublishQueue? anyQueue = NextQueue();
            Place(first, anyQueue);
            batch = TryGather(first, anyQueue, out int messages);
            if (batch is null)
            {
                single = first;
                single.Lane = this;
            }

            _underWay++;
            _messagesUnderWay += messages;
            return true;
        }
    }

    // Under the lock. Whether further messages like this one would find room in the requests that can leave now.
    private bool GainsByMore(SendOperation operation)
    {
        AutoBatchSettings settings = _context.Batching;
        int inBatch = operation.CanBatch ? Math.Min(settings.MaxMessages, settings.MaxBytes / Math.Max(1, operation.BodyLength)) : 1;
        return inBatch > 1 && _waiting.Count < (_maxUnderWay - _underWay) * inBatch;
    }

    // Under the lock. Null when nothing can be gathered with the first one.
    private BatchCall? TryGather(SendOperation first, PublishQueue? anyQueue, out int count)
    {
        AutoBatchSettings settings = _context.Batching;
        BatchCall? batch = null;
        count = 1;
        int bytes = first.BodyLength;
        int joined = first.Topic.Name.Length;
        while (first is { CanBatch: true, Queue: not null }
            && count < settings.MaxMessages
            && _waiting.Head is SendOperation { CanBatch: true } next
            && !next.Request.IsOvertaking
            && bytes + next.BodyLength <= settings.MaxBytes
            && (!IsMultiTopic || (joined += next.Topic.Name.Length + 2) <= MaxJoinedTopics))
        {
            if (batch is null)
            {
                batch = _spare ?? new BatchCall(_context, this);
                _spare = null;
                batch.Add(first);
            }

            _waiting.Take();
            Place(next, anyQueue);
            batch.Add(next);
            bytes += next.BodyLength;
            count++;
        }

        if (batch is not null)
        {
            _context.Counters.Batch(count);
        }

        return batch;
    }

    private PublishQueue? NextQueue() =>
        _kind == LaneKind.AnyQueue && _topic!.Route is { Queues.Length: > 0 } route
            ? QueueChoice.Avoid(route, (int)((uint)_nextQueue++ % (uint)route.Queues.Length))
            : null;

    private static void Place(SendOperation operation, PublishQueue? queue)
    {
        if (queue is not null)
        {
            operation.Assign(queue);
        }
    }
}
