using Ddmq.Core.Messages;

namespace Ddmq.Core.Diagnostics;

/// <summary>Which outcome a result is. Pure functions; thread-safe.</summary>
public static class MessageOutcomes
{
    /// <summary>The outcome of a message that was answered so.</summary>
    public static MessageOutcome Of(SendStatus status, Stored stored) => status switch
    {
        SendStatus.Ok => stored == Stored.Spooled ? MessageOutcome.Spooled : MessageOutcome.Stored,
        SendStatus.Unknown or SendStatus.Timeout => MessageOutcome.Failed,
        _ => stored == Stored.No ? MessageOutcome.Refused : MessageOutcome.Failed,
    };
}
