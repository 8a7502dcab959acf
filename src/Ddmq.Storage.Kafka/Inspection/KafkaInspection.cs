namespace Ddmq.Storage.Kafka.Inspection;

/// <summary>What a Kafka cluster said when it was asked. Immutable.</summary>
public sealed record KafkaInspection
{
    /// <summary>Why no broker could be asked, in one sentence; null when one answered. Everything below is empty then.</summary>
    public string? Trouble { get; init; }

    /// <summary>Whether the brokers are there and do not accept the credentials.</summary>
    public bool CredentialsRefused { get; init; }

    /// <summary>How long the first answer took, connecting included.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The brokers as they tell clients to reach them, <c>host:port</c> by broker id.</summary>
    public IReadOnlyDictionary<int, string> Brokers { get; init; } = new Dictionary<int, string>();

    /// <summary>The topics that were asked about, in that order.</summary>
    public IReadOnlyList<KafkaTopicInspection> Topics { get; init; } = [];

    /// <summary>A broker's <c>message.max.bytes</c>; null when it does not tell.</summary>
    public int? MessageMaxBytes { get; init; }

    /// <summary>Whether the brokers create a topic when somebody asks for it; null when they do not tell.</summary>
    public bool? CreatesTopics { get; init; }
}
