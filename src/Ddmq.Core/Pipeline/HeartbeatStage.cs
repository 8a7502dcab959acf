using Ddmq.Core.Messages;
using Ddmq.Core.Topics;

namespace Ddmq.Core.Pipeline;

/// <summary>Answers messages to the heartbeat topic with 0 at once: nothing is checked and nothing is stored.</summary>
internal sealed class HeartbeatStage(SendDelegate next)
{
    public static bool IsHeartbeat(SendRequest request) =>
        request.TopicName is { } name && name.Span.SequenceEqual(TopicNames.Heartbeat);

    public ValueTask<SendResult> SendAsync(SendRequest request) =>
        IsHeartbeat(request) ? new ValueTask<SendResult>(SendResult.Ok()) : next(request);
}
