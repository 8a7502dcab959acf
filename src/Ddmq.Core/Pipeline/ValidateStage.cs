using Ddmq.Core.Messages;

namespace Ddmq.Core.Pipeline;

/// <summary>Refuses messages that break a rule of <see cref="MessageRules"/> with code 11.</summary>
internal sealed class ValidateStage(SendDelegate next)
{
    public ValueTask<SendResult> SendAsync(SendRequest request) =>
        MessageRules.FindBroken(request) is { } detail
            ? new ValueTask<SendResult>(SendResult.Refused(SendStatus.IllegalMessage, detail))
            : next(request);
}
