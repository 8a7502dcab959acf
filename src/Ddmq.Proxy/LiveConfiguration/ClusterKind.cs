namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>What a broker cluster is made of.</summary>
internal enum ClusterKind
{
    /// <summary>Apache Kafka.</summary>
    Kafka,

    /// <summary>Apache RocketMQ.</summary>
    RocketMq,
}
