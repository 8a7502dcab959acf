namespace Ddmq.Core.Diagnostics;

/// <summary>What became of a message, in the words of the ledger's equation.</summary>
public enum MessageOutcome
{
    /// <summary>Answered 0: its cluster has it.</summary>
    Stored,

    /// <summary>Answered 0: this proxy's spool has it.</summary>
    Spooled,

    /// <summary>Certainly stored nowhere, and its producer was told what to mend, or to come again: every code but 0, 10 and 12.</summary>
    Refused,

    /// <summary>Given up on: codes 10 and 12, and whatever may have been stored although it was not answered 0.</summary>
    Failed,
}
