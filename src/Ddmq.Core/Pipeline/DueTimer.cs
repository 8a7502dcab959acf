namespace Ddmq.Core.Pipeline;

/// <summary>
/// One timer for many who are due at different times: set to the earliest of them, and to nothing when nobody is. It stays set when they leave: most do
/// long before their time, and setting it anew for each would cost more than finding nothing when it comes. Thread-safe.
/// </summary>
public sealed class DueTimer : IDisposable, IAsyncDisposable
{
    /// <summary>A time that does not come.</summary>
    public const long Never = long.MaxValue;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly long _leastPause;
    private readonly Action _onDue;
    private readonly ITimer _timer;
    private long _next = Never;
    private long _notBefore = long.MinValue;

    /// <param name="time">The clock; its timers take whole milliseconds.</param>
    /// <param name="leastPause">The timer does not come more often than that.</param>
    /// <param name="onDue">
    /// Somebody may be due. On a thread of the pool, and again on another one while it still runs. Nobody is waited for any more by then: it calls
    /// <see cref="At"/> for those who are left.
    /// </param>
    public DueTimer(TimeProvider time, TimeSpan leastPause, Action onDue)
    {
        _time = time;
        _leastPause = (long)(leastPause.TotalSeconds * time.TimestampFrequency);
        _onDue = onDue;
        _timer = time.CreateTimer(static timer => ((DueTimer)timer!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What the timer is set to, a timestamp of the clock, or <see cref="Never"/>.</summary>
    public long Next => Volatile.Read(ref _next);

    /// <summary>Somebody is due then. To be called when he is where <c>onDue</c> looks: a timer that comes in between would miss him.</summary>
    /// <param name="timestamp">
    /// Of the clock. The timer comes within a millisecond of it, and not more often than it may; a system that counts whole milliseconds may bring it early:
    /// whoever is not due yet is to be named again. What has passed is due at once.
    /// </param>
    public void At(long timestamp)
    {
        if (timestamp < Next)
        {
            Set(timestamp);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <summary>Ends it, and waits for <c>onDue</c> to end where it runs.</summary>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Set(long timestamp)
    {
        lock (_lock)
        {
            timestamp = Math.Max(timestamp, _notBefore);
            if (timestamp < _next)
            {
                Volatile.Write(ref _next, timestamp);

                // Rounded up, as the timer cuts off what is less than a millisecond.
                double ms = (timestamp - _time.GetTimestamp()) * 1000.0 / _time.TimestampFrequency;
                _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(ms))), Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            Volatile.Write(ref _next, Never);
            _notBefore = _time.GetTimestamp() + _leastPause;
        }

        _onDue();
    }
}
