using Ddmq.Config;
using Ddmq.Core.Storage;
using Ddmq.Storage.Kafka;
using Ddmq.Storage.RocketMq;
using Microsoft.Extensions.Logging;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>
/// Makes the clients of broker clusters. To add a kind of cluster: a member of <see cref="ClusterKind"/>, its section in the configuration,
/// its method in <see cref="ClusterStoreOptions"/>, and its case here. Thread-safe.
/// </summary>
/// <param name="file">What the file says of clusters beyond their entries in the maps.</param>
/// <param name="loggers">Where the clients' lines go.</param>
/// <param name="watch">Threads that read what brokers answer; null leaves it to threads of the clients' own.</param>
internal sealed class ClusterClients(DdmqOptions file, ILoggerFactory loggers, WatchDescriptor? watch)
{
    /// <summary>Makes a client without waiting for the network.</summary>
    /// <exception cref="KafkaStoreException">The settings cannot be; its message says what is wrong.</exception>
    /// <exception cref="ArgumentException">As before.</exception>
    public IMessageStore Create(ClusterSettings settings) => settings.Kind switch
    {
        ClusterKind.Kafka => KafkaStore.Start(
            ClusterStoreOptions.Kafka(settings.Name, settings.Kafka!, file),
            TimeProvider.System,
            loggers.CreateLogger($"{typeof(KafkaStore).FullName}.{settings.Name}"),
            watch),
        _ => RocketMqStore.Start(
            ClusterStoreOptions.RocketMq(settings.Name, settings.RocketMq!, file),
            TimeProvider.System,
            loggers.CreateLogger($"{typeof(RocketMqStore).FullName}.{settings.Name}"),
            watch),
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
}
