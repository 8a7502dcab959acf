namespace Ddmq.Core.Topics;

/// <summary>When a message of a topic counts as taken.</summary>
public enum TopicDurability
{
    /// <summary>When its broker has stored it; otherwise the producer is told that it failed.</summary>
    Broker,

    /// <summary>When its broker has stored it, or, where the broker cannot in time, this proxy's disk has, to be delivered later.</summary>
    SpoolOnFailure,
}
