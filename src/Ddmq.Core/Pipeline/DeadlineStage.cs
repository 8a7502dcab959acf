using Ddmq.Core.Messages;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Pipeline;

/// <summary>
/// Answers 12 when the stages behind it have not answered by the request's deadline. What completes at once passes
/// through untouched.
/// </summary>
/// <param name="wheel">Knows whose deadline has come.</param>
/// <param name="logger">For bugs.</param>
/// <param name="next">The stages behind.</param>
/// <param name="late">Told what the stages behind said after the request had been answered; null lets the ledger count it and no more.</param>
internal sealed class DeadlineStage(DeadlineWheel wheel, ILogger logger, SendDelegate next, Action<SendRequest, SendResult>? late = null)
{
    private readonly Action<SendRequest, SendResult> _late = late ?? (static (request, result) => request.Topic?.Ledger.Late(result));

    public ValueTask<SendResult> SendAsync(SendRequest request)
    {
        ValueTask<SendResult> stored = next(request);
        if (stored.IsCompleted)
        {
            return stored;
        }

        request.Pending ??= new PendingAnswer(request, wheel, _late, logger);
        return request.Pending.WaitAsync(stored);
    }
}
