using Ddmq.Core.Messages;
using Ddmq.Core.Routing;
using Ddmq.Core.Topics;

namespace Ddmq.Core.Pipeline;

/// <summary>Finds the cluster a message goes to, or says why there is none (13, 19, 21).</summary>
internal sealed class RouteStage(SendDelegate next)
{
    private static ReadOnlySpan<byte> FromChronos => "from_chronos"u8;

    /// <summary>Sets <see cref="SendRequest.Cluster"/>, or returns the refusal.</summary>
    public static SendResult? Route(SendRequest request)
    {
        if (request.Topic is not { Clusters.Count: > 0 } topic)
        {
            return SendResult.Refused(SendStatus.TopicNotAllowed);
        }

        if (topic.Config.DelayTopic && !IsFromChronos(request))
        {
            return SendResult.Refused(SendStatus.DelayTopic, "use sendDelaySync");
        }

        Cluster cluster = topic.Clusters[PartitionRule.ChooseCluster(request, topic.Clusters.Count)];
        if (cluster.Store is null)
        {
            return SendResult.Refused(SendStatus.NoProducerForCluster, cluster.Name);
        }

        request.Cluster = cluster;
        return null;
    }

    public ValueTask<SendResult> SendAsync(SendRequest request) =>
        Route(request) is { } refusal ? new ValueTask<SendResult>(refusal) : next(request);

    /// <summary>The delay service marks what it sends when a delay message is due.</summary>
    private static bool IsFromChronos(SendRequest request)
    {
        foreach (MessageProperty property in request.Properties)
        {
            if (property.Name.Span.SequenceEqual(FromChronos))
            {
                return true;
            }
        }

        return false;
    }
}
