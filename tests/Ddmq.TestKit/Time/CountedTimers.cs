namespace Ddmq.TestKit.Time;

/// <summary>Another clock, and how often its timers have fired. Thread-safe.</summary>
/// <param name="time">The clock.</param>
public sealed class CountedTimers(TimeProvider time) : TimeProvider
{
    private int _fired;

    /// <summary>How often timers have fired.</summary>
    public int Fired => Volatile.Read(ref _fired);

    /// <inheritdoc/>
    public override long TimestampFrequency => time.TimestampFrequency;

    /// <inheritdoc/>
    public override long GetTimestamp() => time.GetTimestamp();

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(
        inner =>
        {
            Interlocked.Increment(ref _fired);
            callback(inner);
        },
        state,
        dueTime,
        period);
}
