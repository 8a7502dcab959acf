namespace Ddmq.Cli.Sending;

/// <summary>What became of one message.</summary>
/// <param name="Number">Its place among the messages sent, from 1.</param>
/// <param name="Code">The result code; null when there was no result.</param>
/// <param name="Text">What the proxy, or the client, had to say.</param>
internal readonly record struct SendOutcome(long Number, int? Code, string Text)
{
    /// <summary>Whether the message is stored, or spooled.</summary>
    public bool IsOk => Code == 0;

    /// <summary>Whether the proxy's disk has the message, and its cluster has not yet (docs/results.md).</summary>
    public bool IsSpooled => IsOk && Text.StartsWith("OK; spooled", StringComparison.Ordinal);
}
