namespace Ddmq.Core.Retrying;

/// <summary>How often a message is tried.</summary>
/// <param name="MaxAttempts">Attempts for one message, the first included; 1 for no retries.</param>
/// <param name="BudgetPercent">Retries on a cluster in percent of the messages sent to it, 0 to 100; 0 for no retries. See <see cref="RetryBudget"/>.</param>
public sealed record RetryOptions(int MaxAttempts = 3, int BudgetPercent = 20)
{
    /// <summary>
    /// What an attempt that begins at the client's timeout has, in milliseconds: the original's. Every SDK waits at least 50 ms longer than the
    /// timeout it asks for.
    /// </summary>
    public const int LastAttemptMs = 30;

    /// <summary>Whether any message is tried again.</summary>
    public bool IsOn => MaxAttempts > 1 && BudgetPercent > 0;
}
