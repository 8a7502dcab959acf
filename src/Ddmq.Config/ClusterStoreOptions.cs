using Ddmq.Storage.Kafka;
using Ddmq.Storage.RocketMq;

namespace Ddmq.Config;

/// <summary>Broker clusters in the adapters' terms. Pure functions.</summary>
internal static class ClusterStoreOptions
{
    /// <summary>What the adapter is given for a Kafka cluster.</summary>
    /// <param name="name">The cluster.</param>
    /// <param name="cluster">Its entry in the map.</param>
    /// <param name="file">What the file says of it beyond that.</param>
    public static KafkaStoreOptions Kafka(string name, KafkaClusterOptions cluster, DdmqOptions file) =>
        Kafka(cluster, file.KafkaClusters.GetValueOrDefault(name) ?? new KafkaExtraOptions());

    /// <summary>What the adapter is given for a RocketMQ cluster.</summary>
    /// <inheritdoc cref="Kafka(string, KafkaClusterOptions, DdmqOptions)"/>
    public static RocketMqStoreOptions RocketMq(string name, RocketMqClusterOptions cluster, DdmqOptions file) =>
        RocketMq(cluster, file.RocketmqClusters.GetValueOrDefault(name) ?? new RocketMqExtraOptions());

    private static KafkaStoreOptions Kafka(KafkaClusterOptions cluster, KafkaExtraOptions extra) => new()
    {
        BootstrapServers = cluster.BootstrapServers,
        Acks = cluster.Acks,
        Retries = cluster.Retries,
        BatchSize = cluster.BatchSize == 0 ? 1 : cluster.BatchSize,
        ClientId = cluster.ClientId,
        RetryBackoff = TimeSpan.FromMilliseconds(cluster.RetryBackoff),
        MetadataMaxAge = TimeSpan.FromMilliseconds(cluster.MetadataMaxAge < 0 ? -1 : Math.Max(1000, cluster.MetadataMaxAge)),
        MetadataFetchTimeout = TimeSpan.FromMilliseconds(cluster.MetadataFetchTimeout),
        AckTimeout = TimeSpan.FromMilliseconds(cluster.AckTimeout),
        BufferMemory = cluster.BufferMemory,
        Producers = extra.Producers,
        MaxMessageSize = extra.MaxMessageSize,
        DeliveryTimeout = TimeSpan.FromMilliseconds(extra.DeliveryTimeoutMs),
        UnknownTopicTime = TimeSpan.FromMilliseconds(extra.UnknownTopicMs),
        Properties = extra.Properties,
    };

    private static RocketMqStoreOptions RocketMq(RocketMqClusterOptions cluster, RocketMqExtraOptions extra) => new()
    {
        NameServers = cluster.NamesrvAddrs,
        GroupPrefix = cluster.GroupPrefix,
        CompressMsgBodyOverHowmuch = cluster.CompressMsgBodyOverHowmuch,
        MaxMessageSize = cluster.MaxMessageSize,
        PollNameServerInterval = TimeSpan.FromMilliseconds(cluster.PollNameServerInterval),
        HeartbeatBrokerInterval = TimeSpan.FromMilliseconds(cluster.HeartbeatBrokerInterval),
        Producers = extra.Connections,
        AccessKey = extra.AccessKey,
        SecretKey = extra.SecretKey,
        SecurityToken = extra.SecurityToken,
        UseTls = extra.UseTls,
        TrustAnyCertificate = extra.TrustAnyCertificate,
        MultiTopicBatch = extra.MultiTopicBatch,
        AutoCreateTopics = extra.AutoCreateTopics,
        WeakStorage = extra.WeakStorage == "failed" ? WeakStorage.IsFailure : WeakStorage.IsOk,
        MaxInFlightPerBroker = extra.MaxInFlightPerBroker,
    };
}
