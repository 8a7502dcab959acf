namespace Ddmq.Cli.Bench;

/// <summary>When a run begins, begins to be recorded and ends, in nanoseconds of the monotonic clock. Thread-safe.</summary>
/// <param name="begin">The first request.</param>
/// <param name="start">The end of the warm-up.</param>
/// <param name="end">The last request.</param>
internal sealed class LoadWindow(long begin, long start, long end)
{
    private long _start = start;
    private long _end = end;

    /// <summary>The first request; an open loop's schedule starts here.</summary>
    public long Begin { get; } = begin;

    /// <summary>From here on results are recorded.</summary>
    public long Start => Volatile.Read(ref _start);

    /// <summary>From here on nothing more is due.</summary>
    public long End => Volatile.Read(ref _end);

    /// <summary>Whether results of that moment are recorded.</summary>
    public bool Contains(long time) => time >= Start && time < End;

    /// <summary>Ends the run now, if it has not ended; what is still warming up is then not recorded at all.</summary>
    public void CutShort(long now)
    {
        Volatile.Write(ref _end, Math.Min(End, now));
        Volatile.Write(ref _start, Math.Min(Start, End));
    }
}
