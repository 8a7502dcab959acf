using Ddmq.Core.Messages;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Pipeline;

/// <summary>
/// Answers 12 when the stages behind it have not answered by the request's deadline. What completes at once passes
/// through untouched.
/// </summary>
internal sealed class DeadlineStage(DeadlineWheel wheel, ILogger logger, SendDelegate next)
{
    public ValueTask<SendResult> SendAsync(SendRequest request)
    {
        ValueTask<SendResult> stored = next(request);
        if (stored.IsCompleted)
        {
            return stored;
        }

        request.Pending ??= new PendingAnswer(request, wheel, logger);
        return request.Pending.WaitAsync(stored);
    }
}
