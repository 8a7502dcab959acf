namespace Ddmq.Core.Diagnostics.Latencies;

/// <summary>Durations since the start, by doubling, gathered from one or more <see cref="LatencyWindows"/>. Not thread-safe.</summary>
public sealed class LatencyTotals
{
    private readonly long[] _counts = new long[LatencyBuckets.Doublings];

    /// <summary>How many durations.</summary>
    public long Count { get; private set; }

    /// <summary>Their sum, made of the middles of their buckets: right to 1/16.</summary>
    public double SumMicroseconds { get; private set; }

    /// <summary>How many durations a doubling holds.</summary>
    public long CountIn(int doubling) => _counts[doubling];

    /// <summary>What every duration in a doubling is below, in microseconds.</summary>
    public static long UpperBound(int doubling) => LatencyBuckets.UpperBound(((doubling + 1) * LatencyBuckets.PerDoubling) - 1);

    internal void Add(long[] doublings, double sumMicroseconds)
    {
        for (int doubling = 0; doubling < doublings.Length; doubling++)
        {
            _counts[doubling] += doublings[doubling];
            Count += doublings[doubling];
        }

        SumMicroseconds += sumMicroseconds;
    }

    internal void Add(int[] buckets)
    {
        for (int bucket = 0; bucket < buckets.Length; bucket++)
        {
            int count = Volatile.Read(ref buckets[bucket]);
            _counts[bucket / LatencyBuckets.PerDoubling] += count;
            Count += count;
            SumMicroseconds += count * LatencyBuckets.Middle(bucket);
        }
    }
}
