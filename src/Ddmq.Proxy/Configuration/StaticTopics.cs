using Ddmq.Core.Topics;

namespace Ddmq.Proxy.Configuration;

/// <summary>The topics of the file in the catalog's terms.</summary>
internal static class StaticTopics
{
    /// <summary>
    /// The topics of both lists; one that both name is taken from the top level, as the original has it. A topic without units
    /// belongs to the embedded store.
    /// </summary>
    public static IReadOnlyList<TopicConfig> From(CarreraOptions options) =>
    [
        .. options.DefaultTopicInfoConf.Topics.Concat(options.CarreraConfiguration.DefaultTopicInfoConf.Topics)
            .DistinctBy(topic => topic.Topic, StringComparer.Ordinal)
            .Select(topic => Convert(topic, options.Ddmq.Store.ClusterName)),
    ];

    private static TopicConfig Convert(TopicOptions topic, string embeddedCluster) => new()
    {
        Topic = topic.Topic,
        TopicUnits = topic.TopicUnits.Count == 0
            ? [new TopicUnitConfig { BrokerCluster = embeddedCluster }]
            : [.. topic.TopicUnits.Select(Convert)],
        DelayTopic = topic.DelayTopic,
        AutoBatch = topic.AutoBatch,
        StrongOrder = topic.StrongOrder,
        LimiterFailureRetryInterval = topic.LimiterFailureRetryInterval,
    };

    private static TopicUnitConfig Convert(TopicUnitOptions unit) => new()
    {
        BrokerCluster = unit.BrokerCluster,
        MaxTps = unit.MaxTps,
        TotalMaxTps = unit.TotalMaxTps,
    };
}
