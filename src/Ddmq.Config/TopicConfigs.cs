using Ddmq.Core.Topics;

namespace Ddmq.Config;

/// <summary>Topics as files and nodes configure them, in the catalog's terms. Thread-safe.</summary>
internal static class TopicConfigs
{
    /// <summary>
    /// The topics of both static lists; one that both name is taken from the top level, as the original has it. A topic without units
    /// belongs to the embedded store.
    /// </summary>
    /// <param name="topLevel">The list of the file's top level.</param>
    /// <param name="section">The list in <c>carreraConfiguration</c>.</param>
    /// <param name="embeddedCluster">The embedded store's name.</param>
    public static IEnumerable<TopicConfig> Static(DefaultTopicInfoOptions topLevel, DefaultTopicInfoOptions section, string embeddedCluster) =>
        topLevel.Topics.Concat(section.Topics)
            .DistinctBy(topic => topic.Topic, StringComparer.Ordinal)
            .Select(topic => Convert(
                topic, topic.TopicUnits.Count == 0 ? [new TopicUnitOptions { BrokerCluster = embeddedCluster }] : topic.TopicUnits));

    /// <summary>A topic's node as one proxy sees it: the units that name the proxy. Null when none does.</summary>
    /// <param name="topic">The node.</param>
    /// <param name="instance">The proxy, host:port.</param>
    public static TopicConfig? ForProxy(TopicOptions topic, string instance)
    {
        var units = topic.TopicUnits.Where(unit => unit.Proxies.Values.Any(proxies => proxies.Contains(instance))).ToList();
        return units.Count == 0 ? null : Convert(topic, units);
    }

    /// <summary>What the file says of topics beyond that.</summary>
    public static TopicPolicies Policies(IReadOnlyDictionary<string, TopicExtraOptions> topics) => new(topics.ToDictionary(
        topic => topic.Key,
        topic => TopicExtraOptions.ToPolicy(topic.Value.Durability, topic.Value.DuplicateWindowMs, topic.Value.MaxBytesPerSecond),
        StringComparer.Ordinal));

    /// <summary>Whether both say the same.</summary>
    public static bool AreEqual(TopicConfig left, TopicConfig right) =>
        ReferenceEquals(left, right) || (left with { TopicUnits = right.TopicUnits } == right && left.TopicUnits.SequenceEqual(right.TopicUnits));

    private static TopicConfig Convert(TopicOptions topic, IEnumerable<TopicUnitOptions> units) => new()
    {
        Topic = topic.Topic,
        TopicUnits = [.. units.Select(Convert)],
        DelayTopic = topic.DelayTopic,
        AutoBatch = topic.AutoBatch,
        StrongOrder = topic.StrongOrder,
        LimiterFailureRetryInterval = topic.LimiterFailureRetryInterval,
        Policy = TopicExtraOptions.ToPolicy(topic.Durability, topic.DuplicateWindowMs, topic.MaxBytesPerSecond),
    };

    private static TopicUnitConfig Convert(TopicUnitOptions unit) => new()
    {
        BrokerCluster = unit.BrokerCluster,
        MaxTps = unit.MaxTps,
        TotalMaxTps = unit.TotalMaxTps,
    };
}
