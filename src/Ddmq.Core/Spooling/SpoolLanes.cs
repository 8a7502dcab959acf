using Ddmq.Core.Messages;
using Ddmq.Core.Routing;

namespace Ddmq.Core.Spooling;

/// <summary>
/// Which of a queue's lanes a message waits in. Messages that must keep their order have the same lane: those with the same partition
/// choice, and of those that may go to any partition the ones with the same key. A lane is delivered one message after another, the
/// lanes beside one another. How many partitions the broker has does not matter, nor whether it is there to say so.
/// Pure functions; thread-safe.
/// </summary>
internal static class SpoolLanes
{
    /// <summary>Lanes of a queue. Part of the format on the disk.</summary>
    public const int Count = 64;

    /// <summary>The lane of a message; <paramref name="any"/> spreads those that have no order to keep.</summary>
    public static int Of(SendRequest request, uint any) => request.PartitionId switch
    {
        // Partition 5 and hash 5 are the same partition, however many there are.
        >= 0 => Mix((ulong)request.PartitionId),
        -1 => Mix(Magnitude(request.HashId)),
        _ when request.Key is { } key => Mix(Magnitude(JavaHash.Compute(key.Span))),
        _ => (int)(any % Count),
    };

    /// <summary>Whether the message has an order to keep at all.</summary>
    public static bool HasOrder(SendRequest request) => request.PartitionId >= -1 || request.Key.HasValue;

    private static ulong Magnitude(long value) => value < 0 ? unchecked(0UL - (ulong)value) : (ulong)value;

    // Hashes that are multiples of 64 must not meet in one lane: Fibonacci hashing, the upper six bits.
    private static int Mix(ulong choice) => (int)(unchecked(choice * 0x9E3779B97F4A7C15UL) >> 58);
}
