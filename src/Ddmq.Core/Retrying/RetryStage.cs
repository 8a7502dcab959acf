using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Retrying;

/// <summary>
/// Tries a message again that its store has failed to take, where the store says that another attempt may succeed. All attempts share the
/// request's deadline, and none is charged to a limit. What succeeds at once passes through untouched; the rest is a <see cref="RetryingSend"/>'s.
/// </summary>
internal sealed class RetryStage(RetryOptions options, TimeProvider time, ILogger logger, SendDelegate next)
{
    public TimeProvider Time { get; } = time;

    public ILogger Logger { get; } = logger;

    /// <summary>Makes one attempt.</summary>
    public SendDelegate Next { get; } = next;

    public ValueTask<SendResult> SendAsync(SendRequest request)
    {
        ValueTask<SendResult> attempt = Next(request);
        if (attempt.IsCompletedSuccessfully)
        {
            SendResult outcome = attempt.Result;
            return outcome.RetryElsewhere ? SendingOf(request).RetryAsync(outcome) : new ValueTask<SendResult>(outcome);
        }

        return SendingOf(request).WaitAsync(attempt);
    }

    /// <summary>
    /// Whether a message whose attempt had that outcome may be tried once more. After an outcome that is not known only once, and only where the
    /// original would: the retry may make a second copy.
    /// </summary>
    /// <param name="request">The message.</param>
    /// <param name="stored">What the attempt's outcome says; unknown for one that has not answered.</param>
    /// <param name="hasUnknown">Whether an attempt before it had an outcome that is not known.</param>
    public bool Allows(SendRequest request, Stored stored, bool hasUnknown) =>
        request.Attempt + 1 < options.MaxAttempts
        && request.Topic?.Config.StrongOrder != true
        && stored switch
        {
            Stored.No => true,
            Stored.Unknown => request.AllowsSecondCopy && !request.IsDelayedByLimit && !hasUnknown,
            _ => false,
        };

    private RetryingSend SendingOf(SendRequest request) => request.Retrying ??= new RetryingSend(this, request);
}
