using Ddmq.Core.Limits;
using Ddmq.Core.Messages;

namespace Ddmq.Core.Pipeline;

/// <summary>
/// Refuses with code 15 what is over its topic's limit or the node's. Both permits are taken, or neither: a message that the node refuses
/// costs its topic nothing. What is refused says which limit, and when to try again.
/// </summary>
internal sealed class LimitStage(MessageLimit node, SendDelegate next)
{
    /// <summary>Takes the message's permits, or returns the refusal.</summary>
    public SendResult? Admit(SendRequest request)
    {
        if (!request.Catalog.Limits.IsOn)
        {
            return null;
        }

        MessageLimit limit = request.Topic!.Limit;
        Permit ofTopic = limit.TryTake();
        if (ofTopic == Permit.None)
        {
            return Refuse($"topic {request.Topic.Name}", limit);
        }

        Permit ofNode = node.TryTake();
        if (ofNode == Permit.None)
        {
            limit.Return(ofTopic);
            return Refuse("this proxy", node);
        }

        request.TopicPermit = ofTopic;
        request.NodePermit = ofNode;
        return null;
    }

    /// <summary>Gives the permits back of a message that will not be sent after all.</summary>
    public void GiveBack(SendRequest request)
    {
        request.Topic?.Limit.Return(request.TopicPermit);
        node.Return(request.NodePermit);
        request.TopicPermit = Permit.None;
        request.NodePermit = Permit.None;
    }

    public ValueTask<SendResult> SendAsync(SendRequest request) =>
        Admit(request) is { } refusal ? new ValueTask<SendResult>(refusal) : next(request);

    private static SendResult Refuse(string whose, MessageLimit limit)
    {
        long wait = limit.WaitMs();
        return SendResult.Refused(
            SendStatus.RateLimited,
            wait < 0 ? $"limit of {whose}: 0 messages per second" : $"limit of {whose}: {limit.PerSecond} messages per second, try again in {wait} ms");
    }
}
