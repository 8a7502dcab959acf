using System.Numerics;

namespace Ddmq.Storage.RocksDb.Metrics;

/// <summary>
/// How often something took how long, in microseconds: buckets that double every <see cref="SubBuckets"/>, so that a
/// percentile is right to one part in <see cref="SubBuckets"/> (12.5%). One thread records, any thread reads.
/// </summary>
public sealed class DurationHistogram
{
    /// <summary>Buckets per doubling.</summary>
    public const int SubBuckets = 8;

    private const int SubBits = 3;
    private const int Doublings = 28;

    private readonly long[] _counts = new long[(Doublings + 1) * SubBuckets];
    private long _count;
    private long _sumMicroseconds;

    /// <summary>How many buckets there are; the last one also takes everything longer.</summary>
    public int BucketCount => _counts.Length;

    /// <summary>How many durations were recorded.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Their sum in seconds.</summary>
    public double SumSeconds => Volatile.Read(ref _sumMicroseconds) / 1e6;

    /// <summary>How many durations fell into a bucket.</summary>
    public long CountIn(int bucket) => Volatile.Read(ref _counts[bucket]);

    /// <summary>What every duration in a bucket is below, in seconds.</summary>
    public double UpperBoundSeconds(int bucket) => LowerBound(bucket + 1) / 1e6;

    /// <summary>
    /// The upper bound, in seconds, of the bucket in which that share (0 to 1) of the durations is reached; 0 when none
    /// was recorded.
    /// </summary>
    public double PercentileSeconds(double share)
    {
        long wanted = (long)Math.Ceiling(share * Count);
        long seen = 0;
        for (int bucket = 0; bucket < _counts.Length; bucket++)
        {
            seen += CountIn(bucket);
            if (seen >= wanted && seen > 0)
            {
                return UpperBoundSeconds(bucket);
            }
        }

        return 0;
    }

    internal void Record(TimeSpan duration)
    {
        long microseconds = Math.Max(0, (long)duration.TotalMicroseconds);
        int bucket = Math.Min(BucketOf(microseconds), _counts.Length - 1);
        Volatile.Write(ref _counts[bucket], _counts[bucket] + 1);
        Volatile.Write(ref _sumMicroseconds, _sumMicroseconds + microseconds);
        Volatile.Write(ref _count, _count + 1);
    }

    // Below SubBuckets every microsecond has its own bucket; above, the highest bit chooses the doubling and the SubBits
    // bits after it the bucket within.
    private static int BucketOf(long microseconds)
    {
        if (microseconds < SubBuckets)
        {
            return (int)microseconds;
        }

        int shift = BitOperations.Log2((ulong)microseconds) - SubBits;
        return (shift * SubBuckets) + (int)(microseconds >> shift);
    }

    private static long LowerBound(int bucket)
    {
        int shift = Math.Max(0, (bucket / SubBuckets) - 1);
        return (long)(bucket - (shift * SubBuckets)) << shift;
    }
}
