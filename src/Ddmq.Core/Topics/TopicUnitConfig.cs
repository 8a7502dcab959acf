namespace Ddmq.Core.Topics;

/// <summary>One cluster's part of a topic, as the original's <c>topicUnits</c> have it. Immutable.</summary>
public sealed record TopicUnitConfig
{
    /// <summary>The cluster's name.</summary>
    public required string BrokerCluster { get; init; }

    /// <summary>Messages per second this proxy admits for the topic on this cluster.</summary>
    public int MaxTps { get; init; } = 1024;

    /// <summary>Messages per second all proxies together are meant to admit; informational.</summary>
    public int TotalMaxTps { get; init; } = 1024;
}
