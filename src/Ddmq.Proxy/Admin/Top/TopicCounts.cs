using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;

namespace Ddmq.Proxy.Admin.Top;

/// <summary>A topic's counters at one moment. Immutable.</summary>
/// <param name="Outcomes">By what became of the messages.</param>
/// <param name="Bytes">Bytes of bodies received.</param>
/// <param name="Answered">By result code.</param>
internal sealed record TopicCounts(LedgerReading Outcomes, long Bytes, long[] Answered)
{
    private static readonly SendStatus[] Statuses = [.. SendStatuses.All];

    /// <summary>Nothing counted.</summary>
    public static TopicCounts None { get; } = new(default, 0, new long[SendStatuses.MaxCode + 1]);

    /// <summary>Reads a ledger.</summary>
    public static TopicCounts Of(TopicLedger ledger)
    {
        long[] answered = new long[SendStatuses.MaxCode + 1];
        foreach (SendStatus status in Statuses)
        {
            answered[(int)status] = ledger.Answered(status);
        }

        return new TopicCounts(ledger.Read(), ledger.ReceivedBytes, answered);
    }

    /// <summary>The sum of both.</summary>
    public TopicCounts Plus(TopicCounts other) => new(
        new LedgerReading(
            Outcomes.Received + other.Outcomes.Received,
            Outcomes.Stored + other.Outcomes.Stored,
            Outcomes.Spooled + other.Outcomes.Spooled,
            Outcomes.Refused + other.Outcomes.Refused,
            Outcomes.Failed + other.Outcomes.Failed,
            Outcomes.InFlight + other.Outcomes.InFlight),
        Bytes + other.Bytes,
        [.. Answered.Zip(other.Answered, (one, another) => one + another)]);
}
