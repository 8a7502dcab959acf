using Ddmq.Core.Messages;

namespace Ddmq.Core.Spooling;

/// <summary>What another time may change. Pure functions; thread-safe.</summary>
internal static class SpoolOutcomes
{
    /// <summary>Whether a message that was not stored in time is one for the spool: nobody knows what became of it, or another time it may succeed.</summary>
    public static bool IsSpoolable(in SendResult result) =>
        result.Status is SendStatus.Unknown or SendStatus.Timeout && result.Stored is Stored.No or Stored.Unknown;

    /// <summary>
    /// Whether a cluster's word about a spooled message is its last. "Topic does not exist" is not: name servers that have lost their
    /// brokers say so of every topic.
    /// </summary>
    public static bool IsFinal(in SendResult result) => result.Stored == Stored.No && result.Status is SendStatus.IllegalMessage;
}
