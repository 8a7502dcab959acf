using System.Diagnostics;

namespace Ddmq.Benchmarks;

/// <summary>Durations of one run, in microseconds: exact up to 100 ms, and beyond counted as that. Thread-safe.</summary>
internal sealed class Latencies
{
    private const int MaxMicroseconds = 100_000;
    private readonly int[] _counts = new int[MaxMicroseconds + 1];
    private long _count;

    /// <summary>How many.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Adds the time since that timestamp of <see cref="Stopwatch"/>.</summary>
    public void Add(long started)
    {
        int microseconds = (int)Math.Min(MaxMicroseconds, Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        Interlocked.Increment(ref _counts[microseconds]);
        Interlocked.Increment(ref _count);
    }

    /// <summary>The duration that this share (0 to 1) of them does not exceed, in microseconds.</summary>
    public double At(double share)
    {
        long wanted = (long)Math.Ceiling(share * Count);
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
            {
                return i;
            }
        }

        return MaxMicroseconds;
    }
}
