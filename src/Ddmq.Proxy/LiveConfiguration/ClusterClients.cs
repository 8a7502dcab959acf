using Ddmq.Config;
using Ddmq.Core.Storage;
using Ddmq.Storage.Kafka;
using Ddmq.Storage.RocketMq;
using Microsoft.Extensions.Logging;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>
/// Makes the clients of broker clusters: the configuration's terms into the adapters'. To add a kind of cluster: a member of
/// <see cref="ClusterKind"/>, its section in the configuration, and its case here. Thread-safe.
/// </summary>
/// <param name="file">What the file says of clusters beyond their entries in the maps.</param>
/// <param name="loggers">Where the clients' lines go.</param>
internal sealed class ClusterClients(DdmqOptions file, ILoggerFactory loggers)
{
    /// <summary>Makes a client without waiting for the network.</summary>
    /// <exception cref="KafkaStoreException">The settings cannot be; its message says what is wrong.</exception>
    /// <exception cref="ArgumentException">As before.</exception>
    public IMessageStore Create(ClusterSettings settings) => settings.Kind switch
    {
        ClusterKind.Kafka => KafkaStore.Start(
            Kafka(settings.Kafka!, file.KafkaClusters.GetValueOrDefault(settings.Name) ?? new KafkaExtraOptions()),
            TimeProvider.System,
            loggers.CreateLogger($"{typeof(KafkaStore).FullName}.{settings.Name}")),
        _ => RocketMqStore.Start(
            RocketMq(settings.RocketMq!, file.RocketmqClusters.GetValueOrDefault(settings.Name) ?? new RocketMqExtraOptions()),
            TimeProvider.System,
            loggers.CreateLogger($"{typeof(RocketMqStore).FullName}.{settings.Name}")),
    };

    /// <summary>Hands a client those of the node's settings that it takes without being made anew.</summary>
    public static void Tune(IMessageStore client, CarreraConfigurationOptions node)
    {
        if (client is RocketMqStore rocketMq)
        {
            rocketMq.SetAutoBatch(new AutoBatchSettings
            {
                Enabled = node.UseAutoBatch,
                MaxMessages = Math.Clamp(node.AutoBatch.MaxBatchMessagesNumber, 1, 1024),
                MaxBytes = Math.Clamp(node.AutoBatch.MaxBathBytes, 1, 1024 * 1024),
                ThresholdBytes = Math.Clamp(node.AutoBatch.DoBatchThresholdBytes, 0, 1024 * 1024),
            });
        }
    }

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
