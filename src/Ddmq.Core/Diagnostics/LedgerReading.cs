namespace Ddmq.Core.Diagnostics;

/// <summary>The terms of a ledger's equation at one moment; numbers of messages since the process began.</summary>
/// <param name="Received">Taken from clients.</param>
/// <param name="Stored">See <see cref="MessageOutcome.Stored"/>.</param>
/// <param name="Spooled">See <see cref="MessageOutcome.Spooled"/>.</param>
/// <param name="Refused">See <see cref="MessageOutcome.Refused"/>.</param>
/// <param name="Failed">See <see cref="MessageOutcome.Failed"/>.</param>
/// <param name="InFlight">Not answered yet.</param>
public readonly record struct LedgerReading(long Received, long Stored, long Spooled, long Refused, long Failed, long InFlight)
{
    /// <summary>Whether every message is accounted for.</summary>
    public bool IsBalanced => Received == Stored + Spooled + Refused + Failed + InFlight;

    /// <summary>How many messages had that outcome.</summary>
    public long Of(MessageOutcome outcome) => outcome switch
    {
        MessageOutcome.Stored => Stored,
        MessageOutcome.Spooled => Spooled,
        MessageOutcome.Refused => Refused,
        _ => Failed,
    };
}
