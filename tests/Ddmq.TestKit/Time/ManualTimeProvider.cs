namespace Ddmq.TestKit.Time;

/// <summary>
/// Time that stands still until the test moves it. Timers fire on the thread that calls <see cref="Advance"/>, in the
/// order of their due times. The timestamp frequency is odd on purpose: code that takes timestamps for ticks fails.
/// Thread-safe, except that one thread at a time advances, and that <see cref="IsBroken"/> is set before.
/// </summary>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly DateTimeOffset _start = new(2026, 1, 5, 10, 0, 0, TimeSpan.Zero);
    private TimeSpan _elapsed;

    /// <summary>Whether the clock throws when it is asked for a timestamp; it does not unless that is set.</summary>
    public Func<bool> IsBroken { get; set; } = () => false;

    /// <inheritdoc/>
    public override long TimestampFrequency => 7_919_000;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _start + _elapsed;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        if (IsBroken())
        {
            throw new InvalidOperationException("a clock broken by the test");
        }

        lock (_lock)
        {
            return 1_000_003 + (long)(_elapsed.TotalSeconds * TimestampFrequency);
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves time on and fires what becomes due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        TimeSpan end;
        lock (_lock)
        {
            end = _elapsed + by;
        }

        while (NextDue(end) is { } timer)
        {
            timer.Fire();
        }

        lock (_lock)
        {
            _elapsed = end;
        }
    }

    private ManualTimer? NextDue(TimeSpan end)
    {
        lock (_lock)
        {
            ManualTimer? next = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
            if (next is not null)
            {
                _elapsed = next.Due > _elapsed ? next.Due : _elapsed;
                next.Schedule(_elapsed);
            }

            return next;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;
        private bool _isDisposed;

        public TimeSpan Due { get; private set; } = TimeSpan.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._lock)
            {
                if (_isDisposed)
                {
                    return false;
                }

                _period = period;
                Due = dueTime == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : owner._elapsed + dueTime;
                owner._timers.Remove(this);
                if (Due != TimeSpan.MaxValue)
                {
                    owner._timers.Add(this);
                }
            }

            return true;
        }

        /// <summary>Under the owner's lock: the next due time after this firing.</summary>
        public void Schedule(TimeSpan now)
        {
            if (_period == Timeout.InfiniteTimeSpan || _period == TimeSpan.Zero)
            {
                Due = TimeSpan.MaxValue;
                owner._timers.Remove(this);
            }
            else
            {
                Due = now + _period;
            }
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (owner._lock)
            {
                Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _isDisposed = true;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
