using Ddmq.Core.Messages;
using Ddmq.Storage.RocketMq.NameServers;
using Ddmq.Storage.RocketMq.Remoting;

namespace Ddmq.Storage.RocketMq.Sending;

/// <summary>
/// Takes a message whose topic has a route: chooses its queue, and passes it on, straight to the broker or through a lane. Thread-safe.
/// </summary>
/// <param name="context">The store's.</param>
internal sealed class Dispatcher(SendContext context)
{
    /// <summary>Requests under way at a time for a topic's messages that may go to any queue.</summary>
    public const int AnyQueueRequests = 2;

    /// <summary>Sends a message.</summary>
    public void Send(TopicState topic, TopicRoute route, SendOperation operation)
    {
        if (route.Queues.Length == 0)
        {
            topic.RefreshSoon();
            operation.SettleWithoutQueue();
            return;
        }

        SendRequest request = operation.Request;
        operation.CanBatch = operation.CanBatch && IsBatched(request);
        bool mustKeepOrder = MustKeepOrder(route, request);
        if (mustKeepOrder)
        {
            // A later message whose line happens to be shorter must not pass it.
            operation.RefusalDeadline = long.MaxValue;
        }

        if (operation.CanBatch && QueueChoice.IsRandom(request) && !context.Options.MultiTopicBatch)
        {
            // Its queue is chosen when its batch leaves.
            topic.AnyQueueLane.Add(operation);
            return;
        }

        PublishQueue queue = QueueChoice.Choose(route, request);
        operation.Assign(queue);
        if (queue.Client is not { } client)
        {
            operation.Fail(CallFailure.NotSent, "it has no master");
        }
        else if (operation.CanBatch && client.MultiTopicLane is { } multiTopicLane)
        {
            multiTopicLane.Add(operation);
        }
        else if (operation.CanBatch || mustKeepOrder)
        {
            topic.LaneOf(queue).Add(operation);
        }
        else
        {
            client.Send(operation);
        }
    }

    // A broker's threads may overtake each other: what must keep its order goes one request at a time.
    private static bool MustKeepOrder(TopicRoute route, SendRequest request) =>
        !QueueChoice.IsRandom(request) && (route.IsOrdered || request.Topic?.Config.StrongOrder == true);

    private bool IsBatched(SendRequest request)
    {
        AutoBatchSettings batching = context.Batching;
        return request.Attempt == 0
            && request.Body.Length < batching.ThresholdBytes
            && (request.Method == SendMethod.BatchSync || (batching.Enabled && request.Topic?.Config.AutoBatch == true));
    }
}
