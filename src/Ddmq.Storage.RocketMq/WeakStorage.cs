namespace Ddmq.Storage.RocketMq;

/// <summary>
/// What a producer is told when a message is stored, but not yet flushed or copied as the broker is configured to (its answers 10, 11, 12).
/// </summary>
public enum WeakStorage
{
    /// <summary>Code 0, as the original proxy does; it is counted.</summary>
    IsOk,

    /// <summary>Code 10, with "stored=yes" in the text. A producer that tries again duplicates the message.</summary>
    IsFailure,
}
