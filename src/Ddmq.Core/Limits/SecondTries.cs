using Ddmq.Core.Pipeline;

namespace Ddmq.Core.Limits;

/// <summary>
/// Calls that were over a limit and wait, for a time known beforehand, to try once more. One timer for all of them, and none while nobody
/// waits; resolution 5 ms, never early. Bounded by the caller's limit. Calls that are due at the same time go on in the order in which they
/// came. Thread-safe.
/// </summary>
internal sealed class SecondTries : IDisposable
{
    private static readonly TimeSpan TickLength = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private readonly PriorityQueue<TaskCompletionSource<bool>, (long DueNs, long Number)> _waiting = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _number;
    private bool _ticking;
    private bool _closed;

    /// <param name="time">The clock.</param>
    public SecondTries(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static tries => ((SecondTries)tries!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Calls that wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Waits; what follows runs on the timer's thread.</summary>
    /// <param name="waitMs">How long.</param>
    /// <param name="maxWaiting">How many may wait at a time.</param>
    /// <returns>True when the time has come, false when the proxy stops; null when there is no room.</returns>
    public Task<bool>? TryWait(long waitMs, int maxWaiting)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return Task.FromResult(false);
            }

            if (_waiting.Count >= maxWaiting)
            {
                return null;
            }

            var due = new TaskCompletionSource<bool>();
            _waiting.Enqueue(due, (LimitClock.Now(_time) + (waitMs * 1_000_000), _number++));
            if (!_ticking)
            {
                _ticking = true;
                _timer.Change(TickLength, TickLength);
            }

            return due.Task;
        }
    }

    /// <summary>The proxy stops: everybody goes on at once, and nobody waits any more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }

        Release(long.MaxValue, isDue: false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        _timer.Dispose();
    }

    private void Tick()
    {
        Burst.Begin();
        try
        {
            Release(LimitClock.Now(_time), isDue: true);
        }
        finally
        {
            Burst.End();
        }

        lock (_lock)
        {
            if (_waiting.Count == 0 && !_closed)
            {
                _ticking = false;
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Release(long untilNs, bool isDue)
    {
        while (true)
        {
            TaskCompletionSource<bool> next;
            lock (_lock)
            {
                if (!_waiting.TryPeek(out next!, out (long DueNs, long Number) priority) || priority.DueNs > untilNs)
                {
                    return;
                }

                _waiting.Dequeue();
            }

            // Outside the lock: what continues here sends the message.
            next.SetResult(isDue);
        }
    }
}
