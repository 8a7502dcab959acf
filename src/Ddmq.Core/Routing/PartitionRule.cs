using Ddmq.Core.Messages;

namespace Ddmq.Core.Routing;

/// <summary>
/// Which cluster and which partition (queue) a message goes to: the original's rules with a modulo that is never
/// negative. For every input where the original was right the outcome is the original's.
/// Pure functions; thread-safe.
/// </summary>
public static class PartitionRule
{
    /// <summary>The partition of a message among <paramref name="count"/>; needs <paramref name="count"/> &gt; 0.</summary>
    public static int ChoosePartition(int partitionId, long hashId, int count) => partitionId switch
    {
        >= 0 => partitionId % count,
        -1 => NonNegativeModulo(hashId, count),
        _ => Random.Shared.Next(count),
    };

    /// <inheritdoc cref="ChoosePartition(int, long, int)"/>
    public static int ChoosePartition(SendRequest request, int count) => ChoosePartition(request.PartitionId, request.HashId, count);

    /// <summary>The index of a message's cluster among the topic's <paramref name="count"/> clusters, sorted by name; needs <paramref name="count"/> &gt; 0.</summary>
    public static int ChooseCluster(SendRequest request, int count)
    {
        if (count == 1)
        {
            return 0;
        }

        return request.PartitionId switch
        {
            >= 0 => request.PartitionId % count,
            -1 => NonNegativeModulo(request.HashId, count),
            _ when request.Key is { } key => NonNegativeModulo(JavaHash.Compute(key.Span), count),
            _ => Random.Shared.Next(count),
        };
    }

    /// <summary>
    /// |<paramref name="value"/>| mod <paramref name="count"/> without the overflow of |-2^63|. The absolute value,
    /// rather than the Euclidean remainder, is what the original takes: -7 mod 4 is 3 here, not 1.
    /// </summary>
    public static int NonNegativeModulo(long value, int count)
    {
        ulong magnitude = value < 0 ? unchecked(0UL - (ulong)value) : (ulong)value;
        return (int)(magnitude % (ulong)count);
    }
}
