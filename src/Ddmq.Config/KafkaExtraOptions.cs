namespace Ddmq.Config;

/// <summary>What the original's console does not know of a Kafka cluster. It stays in the file, by the cluster's name.</summary>
internal sealed class KafkaExtraOptions
{
    /// <summary>Largest body in bytes; the brokers' message.max.bytes must allow it.</summary>
    [Limits(1, 536870912)]
    public int MaxMessageSize { get; set; } = 2097152;

    /// <summary>Instances of the client; a partition always uses the same one.</summary>
    [Limits(1, 64)]
    public int Producers { get; set; } = 1;

    /// <summary>Milliseconds after which a message that the client has is given up on, its own retries included.</summary>
    [Limits(100, 86400000)]
    public int DeliveryTimeoutMs { get; set; } = 10000;

    /// <summary>Milliseconds for which a topic that the cluster does not know is refused without asking again.</summary>
    [Limits(0, 86400000)]
    public int UnknownTopicMs { get; set; } = 2000;

    /// <summary>Properties of librdkafka by their names, which win over everything else: TLS, SASL, linger.ms, compression.type.</summary>
    [Secret]
    public Dictionary<string, string> Properties { get; set; } = [];
}
