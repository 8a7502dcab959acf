namespace Ddmq.Core.Retrying;

/// <summary>How often a message is tried.</summary>
/// <param name="MaxAttempts">Attempts for one message, the first included; 1 for no retries.</param>
public sealed record RetryOptions(int MaxAttempts = 3)
{
    /// <summary>
    /// What an attempt that begins at the client's timeout has, in milliseconds: the original's. SDKs wait at least 50 ms longer than the timeout they
    /// ask for.
    /// </summary>
    public const int LastAttemptMs = 30;
}
