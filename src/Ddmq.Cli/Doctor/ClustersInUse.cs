using Ddmq.Config;
using Ddmq.Core.Topics;

namespace Ddmq.Cli.Doctor;

/// <summary>The broker clusters that are switched on, and the topics on each. Immutable.</summary>
/// <param name="Kafka">Kafka clusters by name.</param>
/// <param name="RocketMq">RocketMQ clusters by name.</param>
/// <param name="Topics">The topics that the proxy serves.</param>
internal sealed record ClustersInUse(
    IReadOnlyDictionary<string, KafkaClusterOptions> Kafka,
    IReadOnlyDictionary<string, RocketMqClusterOptions> RocketMq,
    IReadOnlyList<TopicConfig> Topics)
{
    /// <summary>No cluster, no topic.</summary>
    public static ClustersInUse None { get; } = new(new Dictionary<string, KafkaClusterOptions>(), new Dictionary<string, RocketMqClusterOptions>(), []);

    /// <summary>What the settings say, from the file or from the proxy's node.</summary>
    public static ClustersInUse From(CarreraConfigurationOptions settings, IEnumerable<TopicConfig> topics) => new(
        settings.UseKafka ? settings.KafkaConfigurationMap : [],
        settings.UseRocketmq ? settings.RocketmqConfigurationMap : [],
        [.. topics]);

    /// <summary>The topics that have messages on a cluster. Delay topics are not kept there.</summary>
    public IReadOnlyList<string> TopicsOn(string cluster) =>
    [
        .. Topics.Where(topic => !topic.DelayTopic && topic.TopicUnits.Any(unit => unit.BrokerCluster == cluster))
            .Select(topic => topic.Topic)
            .Order(StringComparer.Ordinal),
    ];
}
