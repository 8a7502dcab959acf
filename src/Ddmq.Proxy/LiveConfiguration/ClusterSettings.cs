using System.Text.Json;
using Ddmq.Config;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>Everything that a broker cluster's client is made from. Immutable.</summary>
internal sealed record ClusterSettings
{
    private ClusterSettings(string name, ClusterKind kind, int producers, KafkaClusterOptions? kafka, RocketMqClusterOptions? rocketMq)
    {
        Name = name;
        Kind = kind;
        Producers = producers;
        Kafka = kafka;
        RocketMq = rocketMq;
        Fingerprint = JsonSerializer.Serialize(new { kind, producers, kafka, rocketMq });
    }

    /// <summary>The cluster's name.</summary>
    public string Name { get; }

    /// <summary>Which of the two sections is set.</summary>
    public ClusterKind Kind { get; }

    /// <summary>Client instances.</summary>
    public int Producers { get; }

    /// <summary>The settings of a Kafka cluster.</summary>
    public KafkaClusterOptions? Kafka { get; }

    /// <summary>The settings of a RocketMQ cluster.</summary>
    public RocketMqClusterOptions? RocketMq { get; }

    /// <summary>Equal for settings that lead to the same client. Not to be logged: it holds secrets.</summary>
    public string Fingerprint { get; }

    /// <summary>The clusters of both maps whose kind is switched on.</summary>
    public static IReadOnlyList<ClusterSettings> From(CarreraConfigurationOptions node) =>
    [
        .. node.UseKafka
            ? node.KafkaConfigurationMap.Select(entry => new ClusterSettings(entry.Key, ClusterKind.Kafka, node.KafkaProducers, entry.Value, null))
            : [],
        .. node.UseRocketmq
            ? node.RocketmqConfigurationMap.Select(entry => new ClusterSettings(entry.Key, ClusterKind.RocketMq, node.RocketmqProducers, null, entry.Value))
            : [],
    ];
}
