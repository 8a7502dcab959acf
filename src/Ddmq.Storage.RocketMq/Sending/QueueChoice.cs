using Ddmq.Core.Messages;
using Ddmq.Core.Routing;
using Ddmq.Storage.RocketMq.NameServers;

namespace Ddmq.Storage.RocketMq.Sending;

/// <summary>
/// Which queue a message goes to: the original's rules. Explicit and hashed messages have one place on the first attempt, whatever state its
/// broker is in; random ones keep away from brokers that do badly. Pure functions over their arguments; thread-safe.
/// </summary>
internal static class QueueChoice
{
    /// <summary>Whether the message may go to any queue.</summary>
    public static bool IsRandom(SendRequest request) => request.PartitionId < -1;

    /// <summary>Whether this attempt leaves the message's own place and goes to another broker.</summary>
    public static bool IsRetryElsewhere(SendRequest request) =>
        request is { Attempt: > 0, LastBroker: not null } && request.Topic?.Config.StrongOrder != true;

    /// <summary>The message's queue. The route must have one.</summary>
    public static PublishQueue Choose(TopicRoute route, SendRequest request)
    {
        if (IsRetryElsewhere(request))
        {
            return ChooseOther(route, request.LastBroker!, Random.Shared.Next(route.Queues.Length));
        }

        int index = PartitionRule.ChoosePartition(request, route.Queues.Length);
        return IsRandom(request) ? Avoid(route, index) : route.Queues[index];
    }

    /// <summary>A queue for messages that may go anywhere: the one at <paramref name="start"/> or, when its broker does badly, the next one behind it on another.</summary>
    public static PublishQueue Avoid(TopicRoute route, int start)
    {
        PublishQueue[] queues = route.Queues;
        PublishQueue first = queues[start];
        if (!route.HasSeveralBrokers || !MustAvoid(first))
        {
            return first;
        }

        // Only brokers already looked at are grey for sure, and asking one may use up its probe.
        string seen = first.BrokerName;
        for (int i = 1; i < queues.Length; i++)
        {
            PublishQueue queue = queues[(start + i) % queues.Length];
            if (queue.BrokerName == seen)
            {
                continue;
            }

            seen = queue.BrokerName;
            if (!MustAvoid(queue))
            {
                return queue;
            }
        }

        return first;
    }

    /// <summary>The first queue from <paramref name="start"/> on that is not on the broker tried last; the one at the start when there is none.</summary>
    internal static PublishQueue ChooseOther(TopicRoute route, string lastBroker, int start)
    {
        PublishQueue[] queues = route.Queues;
        PublishQueue? grey = null;
        for (int i = 0; i < queues.Length; i++)
        {
            PublishQueue queue = queues[(start + i) % queues.Length];
            if (queue.BrokerName == lastBroker)
            {
                continue;
            }

            if (!MustAvoid(queue))
            {
                return queue;
            }

            grey ??= queue;
        }

        return grey ?? queues[start];
    }

    private static bool MustAvoid(PublishQueue queue) => queue.Client is not { } client || client.Health.MustAvoid();
}
