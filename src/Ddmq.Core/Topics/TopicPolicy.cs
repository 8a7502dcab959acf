namespace Ddmq.Core.Topics;

/// <summary>What this proxy does for a topic that the original does not have. Immutable.</summary>
public sealed record TopicPolicy
{
    /// <summary>Nothing of it.</summary>
    public static TopicPolicy None { get; } = new();

    /// <summary>When a message counts as taken.</summary>
    public TopicDurability Durability { get; init; }

    /// <summary>Milliseconds for which a message sent again is answered with the first one's outcome; 0 for not at all.</summary>
    public int DuplicateWindowMs { get; init; }

    /// <summary>Bytes of bodies per second that this proxy takes for the topic; 0 for no limit.</summary>
    public long MaxBytesPerSecond { get; init; }

    /// <summary>This policy, with <paramref name="other"/>'s values where it has the default.</summary>
    public TopicPolicy Or(TopicPolicy other) => this == None ? other : new TopicPolicy
    {
        Durability = Durability == TopicDurability.Broker ? other.Durability : Durability,
        DuplicateWindowMs = DuplicateWindowMs == 0 ? other.DuplicateWindowMs : DuplicateWindowMs,
        MaxBytesPerSecond = MaxBytesPerSecond == 0 ? other.MaxBytesPerSecond : MaxBytesPerSecond,
    };
}
