namespace Ddmq.Core.Diagnostics.Latencies;

/// <summary>Numbers the windows of <see cref="LatencyWindows"/>, five seconds each. Thread-safe; costs a comparison.</summary>
public sealed class WindowClock
{
    /// <summary>How long a window is; with the one before it, five to ten seconds are seen.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly long _length;
    private long _current;
    private long _end;

    /// <param name="time">The clock whose timestamps are asked about.</param>
    public WindowClock(TimeProvider time)
    {
        _time = time;
        _origin = time.GetTimestamp();
        _length = (long)(Length.TotalSeconds * time.TimestampFrequency);
        _end = _origin + _length;
    }

    /// <summary>The window that is running.</summary>
    public long Current => At(_time.GetTimestamp());

    /// <summary>The window that runs at a timestamp of now or a moment ago, which may be taken for the one after it when it has just ended.</summary>
    public long At(long timestamp)
    {
        if (timestamp >= Volatile.Read(ref _end))
        {
            // Races write the same, or a window apart, which the next comparison mends.
            long window = (timestamp - _origin) / _length;
            Volatile.Write(ref _current, window);
            Volatile.Write(ref _end, _origin + ((window + 1) * _length));
            return window;
        }

        return Volatile.Read(ref _current);
    }
}
