using System.Text.Json;
using Ddmq.Config;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>
/// What can change of a broker cluster while the proxy runs. What the file says of it beyond that (<c>ddmq.kafkaClusters</c>,
/// <c>ddmq.rocketmqClusters</c>) is added when its client is made. Immutable.
/// </summary>
internal sealed record ClusterSettings
{
    private ClusterSettings(string name, ClusterKind kind, KafkaClusterOptions? kafka, RocketMqClusterOptions? rocketMq)
    {
        Name = name;
        Kind = kind;
        Kafka = kafka;
        RocketMq = rocketMq;
        Fingerprint = JsonSerializer.Serialize(new { kind, kafka, rocketMq });
    }

    /// <summary>The cluster's name.</summary>
    public string Name { get; }

    /// <summary>Which of the two sections is set.</summary>
    public ClusterKind Kind { get; }

    /// <summary>The settings of a Kafka cluster.</summary>
    public KafkaClusterOptions? Kafka { get; }

    /// <summary>The settings of a RocketMQ cluster.</summary>
    public RocketMqClusterOptions? RocketMq { get; }

    /// <summary>Equal for settings that lead to the same client.</summary>
    public string Fingerprint { get; }

    /// <summary>The clusters of both maps whose kind is switched on.</summary>
    public static IReadOnlyList<ClusterSettings> From(CarreraConfigurationOptions node) =>
    [
        .. node.UseKafka
            ? node.KafkaConfigurationMap.Select(entry => new ClusterSettings(entry.Key, ClusterKind.Kafka, entry.Value, null))
            : [],
        .. node.UseRocketmq
            ? node.RocketmqConfigurationMap.Select(entry => new ClusterSettings(entry.Key, ClusterKind.RocketMq, null, entry.Value))
            : [],
    ];
}
