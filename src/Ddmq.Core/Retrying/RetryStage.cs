using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Core.Topics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Retrying;

/// <summary>
/// Tries a message again that its store has failed to take, where the store says that another attempt may succeed, and once more where the
/// store is silent at the client's timeout. All attempts end with the request, and none is charged to a limit. What ends at once and well passes
/// through untouched; the rest is a <see cref="RetryingSend"/>'s. Thread-safe.
/// </summary>
internal sealed class RetryStage(RetryOptions options, TimeProvider time, ILogger logger, SendDelegate next)
{
    public TimeProvider Time { get; } = time;

    public ILogger Logger { get; } = logger;

    /// <summary>Makes one attempt.</summary>
    public SendDelegate Next { get; } = next;

    public ValueTask<SendResult> SendAsync(SendRequest request)
    {
        request.Cluster!.RetryBudget.CountMessage();
        ValueTask<SendResult> attempt = Next(request);
        if (!attempt.IsCompletedSuccessfully)
        {
            return SendingOf(request).WaitAsync(attempt);
        }

        SendResult outcome = attempt.Result;
        return outcome.RetryElsewhere ? SendingOf(request).GoOnAsync(outcome) : new ValueTask<SendResult>(outcome);
    }

    /// <summary>
    /// Whether a message may be tried once more, going by its rules alone. After an outcome that is not known only once, and only where the
    /// original would: the retry may make a second copy. A message of a strongOrder topic has one attempt, so that no later one overtakes it.
    /// </summary>
    /// <param name="request">The message.</param>
    /// <param name="stored">What is known of the attempt before; unknown for one that is silent.</param>
    /// <param name="mayHaveCopy">Whether an attempt before that one has an outcome that is not known.</param>
    public bool Allows(SendRequest request, Stored stored, bool mayHaveCopy) =>
        options.IsOn
        && request.Attempt + 1 < options.MaxAttempts
        && request.Topic?.Config.StrongOrder != true
        && stored switch
        {
            Stored.No => true,
            Stored.Unknown => request.AllowsSecondCopy && !request.IsDelayedByLimit && !mayHaveCopy,
            _ => false,
        };

    /// <summary>Whether an attempt after one that failed or is silent may end up on another broker.</summary>
    public static bool MayGoElsewhere(SendRequest request) => request.Cluster?.Store?.MayGoElsewhere(request) == true;

    /// <summary>Takes a retry from the cluster's budget, or counts that there was none left.</summary>
    public bool TryTakeRetry(SendRequest request)
    {
        Cluster cluster = request.Cluster!;
        if (cluster.RetryBudget.TryTake(options.BudgetPercent, Time))
        {
            return true;
        }

        cluster.Retries.CountOverBudget();
        request.Topic?.Ledger.Retries.CountOverBudget();
        return false;
    }

    private RetryingSend SendingOf(SendRequest request) => request.Retrying ??= new RetryingSend(this, request);
}
