namespace Ddmq.Core.Pipeline;

/// <summary>
/// The time of day at a timestamp, without asking the system for it: a message on its way reads one clock and not two. Compared with the
/// system's once a second, so a clock that is set is followed within a second. Thread-safe.
/// </summary>
internal sealed class WallClock
{
    private readonly TimeProvider _time;
    private readonly double _msPerTick;
    private long _offset;
    private long _compareAt = long.MinValue;

    /// <param name="time">The clock whose timestamps are asked about.</param>
    public WallClock(TimeProvider time)
    {
        _time = time;
        _msPerTick = 1000.0 / time.TimestampFrequency;
    }

    /// <summary>Unix milliseconds, rounded, at a timestamp of now.</summary>
    public long UnixMs(long timestamp)
    {
        if (timestamp >= Volatile.Read(ref _compareAt))
        {
            // Both are read anew, and close together; whoever else does so at the moment finds the same.
            TimeSpan sinceEpoch = _time.GetUtcNow() - DateTimeOffset.UnixEpoch;
            long now = _time.GetTimestamp();
            Volatile.Write(ref _offset, (long)((Int128)sinceEpoch.Ticks * _time.TimestampFrequency / TimeSpan.TicksPerSecond) - now);
            Volatile.Write(ref _compareAt, timestamp + _time.TimestampFrequency);
        }

        return (long)(((timestamp + Volatile.Read(ref _offset)) * _msPerTick) + 0.5);
    }
}
