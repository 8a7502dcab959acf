namespace Ddmq.Core.Topics;

/// <summary>
/// What is configured for one topic: the members of the original's topic node, with its defaults. Immutable.
/// </summary>
public sealed record TopicConfig
{
    /// <summary>The topic's name.</summary>
    public required string Topic { get; init; }

    /// <summary>The clusters that hold the topic, and this topic's share of each.</summary>
    public IReadOnlyList<TopicUnitConfig> TopicUnits { get; init; } = [];

    /// <summary>A delay topic takes <c>sendDelaySync</c> only.</summary>
    public bool DelayTopic { get; init; }

    /// <summary>Small messages of this topic may be sent to the broker in batches.</summary>
    public bool AutoBatch { get; init; }

    /// <summary>Order within a key matters more than a second try elsewhere.</summary>
    public bool StrongOrder { get; init; }

    /// <summary>Milliseconds before a message refused by the limiter is tried once more; 0 never, -1 derived from the timeout.</summary>
    public long LimiterFailureRetryInterval { get; init; } = -1;

    /// <summary>What the original does not have.</summary>
    public TopicPolicy Policy { get; init; } = TopicPolicy.None;
}
