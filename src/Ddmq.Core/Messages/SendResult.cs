namespace Ddmq.Core.Messages;

/// <summary>
/// The outcome of one message: what the producer is told, and what is known about the message's whereabouts.
/// Expected failures travel as this value; exceptions are for bugs.
/// </summary>
/// <param name="Status">The code the producer sees.</param>
/// <param name="Stored">Whether the message is stored.</param>
/// <param name="Detail">What goes after the code's own text in <c>msg</c>: which rule or limit, what would be right. Null for none.</param>
/// <param name="Partition">The partition or queue it was stored in, -1 when not known.</param>
/// <param name="Offset">The offset it was stored at, -1 when not known.</param>
/// <param name="RetryElsewhere">
/// Whether another attempt, on another broker or partition where there is one, may succeed within the deadline. Decided by the adapter's
/// error table and nowhere else.
/// </param>
public readonly record struct SendResult(
    SendStatus Status, Stored Stored, string? Detail = null, int Partition = -1, long Offset = -1, bool RetryElsewhere = false)
{
    /// <summary>True when the producer is told code 0.</summary>
    public bool IsOk => Status == SendStatus.Ok;

    /// <summary>Stored at a known place.</summary>
    public static SendResult Ok(int partition = -1, long offset = -1) => new(SendStatus.Ok, Stored.Yes, null, partition, offset);

    /// <summary>On this proxy's disk, to be delivered later.</summary>
    /// <param name="what">What <c>msg</c> says behind <c>OK; spooled</c>; null for nothing.</param>
    public static SendResult Spooled(string? what = null) =>
        new(SendStatus.Ok, Stored.Spooled, what is null ? "spooled" : $"spooled {what}");

    /// <summary>Refused before any store saw it.</summary>
    public static SendResult Refused(SendStatus status, string? detail = null) => new(status, Stored.No, detail);

    /// <summary>Failed in a store; <paramref name="stored"/> says what is known.</summary>
    public static SendResult Failed(SendStatus status, Stored stored, string? detail = null, bool retryElsewhere = false) =>
        new(status, stored, detail, RetryElsewhere: retryElsewhere);

    /// <summary>Not handed over, because earlier messages of the same order were taken out of the way; see <see cref="SendRequest.IsOvertaking"/>.</summary>
    public static SendResult Overtaking { get; } = Failed(SendStatus.Unknown, Stored.No, "earlier messages of the same order wait in the spool");

    /// <summary>A bug ended the message's way; error.log has it. <paramref name="stored"/> says what is known.</summary>
    public static SendResult InternalError(Stored stored) => Failed(SendStatus.Unknown, stored, "internal error, see error.log of the proxy");
}
