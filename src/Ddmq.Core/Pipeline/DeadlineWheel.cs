namespace Ddmq.Core.Pipeline;

/// <summary>
/// Answers requests whose deadline has come. A hashed wheel: a request is a node in the slot of its due tick, so that
/// adding and removing cost one short lock and no allocation, and a tick looks at one slot.
/// Deadlines are kept to the next tick, never early. Ticks at which nobody can be due are passed over: most requests are answered long before
/// their deadline, and waking a thread for each tick would take the CPU from those that are on their way. Thread-safe.
/// </summary>
internal sealed class DeadlineWheel : IDisposable
{
    /// <summary>The original's wheel ticks every 10 ms; half of that keeps 50 ms timeouts within 10 %.</summary>
    public static readonly TimeSpan TickLength = TimeSpan.FromMilliseconds(5);

    private const int SlotCount = 512;

    private readonly Lock _lock = new();
    private readonly PendingAnswer?[] _slots = new PendingAnswer?[SlotCount];
    private readonly TimeProvider _time;
    private readonly long _tickLength;
    private readonly long _origin;
    private readonly DueTimer _timer;
    private long _lastTick;
    private int _count;

    public DeadlineWheel(TimeProvider time)
    {
        _time = time;
        _tickLength = Math.Max(1, (long)(TickLength.TotalSeconds * time.TimestampFrequency));
        _origin = time.GetTimestamp();
        _timer = new DueTimer(time, TimeSpan.Zero, Tick);
    }

    /// <summary>Requests waiting.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>Puts a request in; <paramref name="deadline"/> is a timestamp of the wheel's clock.</summary>
    public void Add(PendingAnswer pending, long deadline)
    {
        lock (_lock)
        {
            // One past the tick the deadline lies in: never early. One past the last tick done: never missed.
            Link(pending, Math.Max(((deadline - _origin) / _tickLength) + 1, _lastTick + 1));
            _timer.At(TimeOf(pending.DueTick));
        }
    }

    /// <summary>Takes a request out, if it is still in.</summary>
    public void Remove(PendingAnswer pending)
    {
        lock (_lock)
        {
            if (pending.IsQueued)
            {
                Unlink(pending);
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private long CurrentTick() => (_time.GetTimestamp() - _origin) / _tickLength;

    private void Tick()
    {
        PendingAnswer? expired = null;
        lock (_lock)
        {
            long now = CurrentTick();
            long from = Math.Max(_lastTick + 1, now - SlotCount + 1);
            for (long tick = from; tick <= now; tick++)
            {
                PendingAnswer? next;
                for (PendingAnswer? pending = _slots[tick & (SlotCount - 1)]; pending is not null; pending = next)
                {
                    next = pending.Next;
                    if (pending.DueTick <= now)
                    {
                        Unlink(pending);
                        if (pending.TryClaim())
                        {
                            pending.Next = expired;
                            expired = pending;
                        }
                        else if (pending.IsAtTimeout)
                        {
                            // Another tick still runs its timeout action, and has put it back to wait for its end.
                            Link(pending, now + 1);
                        }
                    }
                }
            }

            _lastTick = Math.Max(_lastTick, now);
            _timer.At(NextUsedTime());
        }

        // Outside the lock: answering runs the front door's continuation.
        while (expired is not null)
        {
            PendingAnswer current = expired;
            expired = current.Next;
            current.Next = null;
            current.Expire();
        }
    }

    /// <summary>The time of the next tick whose slot is not empty, though those in it may not be due before the wheel has gone round some more times.</summary>
    private long NextUsedTime()
    {
        if (_count > 0)
        {
            for (long tick = _lastTick + 1; tick <= _lastTick + SlotCount; tick++)
            {
                if (_slots[tick & (SlotCount - 1)] is not null)
                {
                    return TimeOf(tick);
                }
            }
        }

        return DueTimer.Never;
    }

    private long TimeOf(long tick) => _origin + (tick * _tickLength);

    private void Link(PendingAnswer pending, long tick)
    {
        pending.DueTick = tick;
        ref PendingAnswer? slot = ref _slots[tick & (SlotCount - 1)];
        pending.Previous = null;
        pending.Next = slot;
        if (slot is not null)
        {
            slot.Previous = pending;
        }

        slot = pending;
        pending.IsQueued = true;
        _count++;
    }

    private void Unlink(PendingAnswer pending)
    {
        if (pending.Previous is null)
        {
            _slots[pending.DueTick & (SlotCount - 1)] = pending.Next;
        }
        else
        {
            pending.Previous.Next = pending.Next;
        }

        if (pending.Next is not null)
        {
            pending.Next.Previous = pending.Previous;
        }

        pending.Previous = null;
        pending.Next = null;
        pending.IsQueued = false;
        _count--;
    }
}
