namespace Ddmq.Core.Diagnostics.Latencies;

/// <summary>Durations of the last seconds, gathered from one or more <see cref="LatencyWindows"/>. Not thread-safe.</summary>
public sealed class LatencySample
{
    private readonly long[] _counts = new long[LatencyBuckets.Count];

    /// <summary>How many durations.</summary>
    public long Count { get; private set; }

    /// <summary>
    /// The duration in milliseconds that <paramref name="percent"/> (above 0, up to 100) of them do not exceed, within 1/16 of a recorded one
    /// or 1 us; null when there are none.
    /// </summary>
    public double? PercentileMs(double percent)
    {
        long rank = Math.Max(1, (long)Math.Ceiling(Count * percent / 100));
        long seen = 0;
        for (int bucket = 0; bucket < _counts.Length; bucket++)
        {
            seen += _counts[bucket];
            if (seen >= rank)
            {
                return LatencyBuckets.Middle(bucket) / 1000;
            }
        }

        return null;
    }

    internal void Add(int[] counts)
    {
        for (int bucket = 0; bucket < counts.Length; bucket++)
        {
            int count = Volatile.Read(ref counts[bucket]);
            _counts[bucket] += count;
            Count += count;
        }
    }
}
