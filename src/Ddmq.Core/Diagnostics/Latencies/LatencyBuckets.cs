using System.Numerics;

namespace Ddmq.Core.Diagnostics.Latencies;

/// <summary>
/// How durations are put in buckets, in microseconds: eight to every doubling, so that a bucket's middle is within 1/16 of everything in it.
/// <code>
/// below 8 us            one bucket per us
/// 2^n .. 2^(n+1) us     8 buckets of 2^(n-3) us each
/// 2^30 us and longer    the last bucket (18 minutes; no request may take as long)
/// </code>
/// </summary>
public static class LatencyBuckets
{
    /// <summary>Buckets to a doubling.</summary>
    public const int PerDoubling = 1 << SubBits;

    /// <summary>Doublings, the first of which is 0 to 8 us.</summary>
    public const int Doublings = LargestExponent - SubBits + 1;

    /// <summary>Buckets.</summary>
    public const int Count = Doublings * PerDoubling;

    private const int SubBits = 3;
    private const int LargestExponent = 30;

    /// <summary>The bucket of a duration; negative ones count as 0.</summary>
    public static int Of(long microseconds)
    {
        if (microseconds < PerDoubling)
        {
            return (int)Math.Max(0, microseconds);
        }

        // The highest bit chooses the doubling, the three below it the bucket in it.
        int shift = BitOperations.Log2((ulong)microseconds) - SubBits;
        return Math.Min((shift << SubBits) + (int)(microseconds >> shift), Count - 1);
    }

    /// <summary>What every duration in a bucket is below, in microseconds.</summary>
    public static long UpperBound(int bucket) => LowerBound(bucket + 1);

    /// <summary>The middle of a bucket, in microseconds: what stands for everything in it.</summary>
    public static double Middle(int bucket) => bucket < PerDoubling ? bucket : (LowerBound(bucket) + LowerBound(bucket + 1)) / 2.0;

    private static long LowerBound(int bucket)
    {
        int shift = Math.Max(0, (bucket >> SubBits) - 1);
        return (long)(bucket - (shift << SubBits)) << shift;
    }
}
