using Ddmq.Core.Storage;
using Ddmq.Storage.Kafka;
using Ddmq.Storage.RocketMq;
using Ddmq.TestKit.Brokers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ddmq.Benchmarks;

/// <summary>A real broker of its own with a topic <c>bench</c> of 4 partitions, and how stores and proxies are started on it.</summary>
internal sealed class BenchmarkBroker : IAsyncDisposable
{
    private readonly KafkaServer? _kafka;
    private readonly RocketMqCluster? _rocketMq;

    private BenchmarkBroker(KafkaServer? kafka, RocketMqCluster? rocketMq)
    {
        _kafka = kafka;
        _rocketMq = rocketMq;
    }

    /// <summary>The broker's process.</summary>
    public BrokerProcess Process => _kafka?.Process ?? _rocketMq!.Brokers[0].Process;

    /// <summary>CPU time of the broker's process so far.</summary>
    public double CpuSeconds => Process.CpuTime.TotalSeconds;

    /// <summary>Starts one.</summary>
    /// <param name="broker">kafka, rocketmq4 or rocketmq5.</param>
    /// <returns>Null, and a line on stderr, when what it needs is missing.</returns>
    public static async Task<BenchmarkBroker?> StartAsync(string broker)
    {
        if (KafkaServer.WhyMissing is { } missing)
        {
            Console.Error.WriteLine(missing);
            return null;
        }

        BrokerProcess.IsTuned = true;
        if (broker == "kafka")
        {
            KafkaServer kafka = await KafkaServer.StartAsync();
            await kafka.CreateTopicAsync("bench", 4);
            return new BenchmarkBroker(kafka, null);
        }

        RocketMqCluster cluster = await RocketMqCluster.StartAsync(broker == "rocketmq5" ? 5 : 4);
        await cluster.CreateTopicAsync("bench", 4);
        return new BenchmarkBroker(null, cluster);
    }

    /// <summary>Creates another topic of 4 partitions.</summary>
    public Task CreateTopicAsync(string topic) => _kafka is { } kafka ? kafka.CreateTopicAsync(topic, 4) : _rocketMq!.CreateTopicAsync(topic, 4);

    /// <summary>The kind of a server of <see cref="FairnessBenchmark"/> on it.</summary>
    public string FairnessKind => _kafka is { } kafka ? $"fairness-kafka={kafka.BootstrapServers}" : $"fairness-rocketmq={_rocketMq!.NameServerAddress}";

    /// <summary>Starts a store in this process.</summary>
    public IMessageStore StartStore(bool autoBatch) => _kafka is { } kafka
        ? KafkaStore.Start(new KafkaStoreOptions { BootstrapServers = [kafka.BootstrapServers] }, TimeProvider.System, NullLogger.Instance)
        : RocketMqStore.Start(
            new RocketMqStoreOptions { NameServers = [_rocketMq!.NameServerAddress], AutoBatch = new AutoBatchSettings { Enabled = autoBatch } },
            TimeProvider.System,
            NullLogger.Instance);

    /// <summary>Starts a proxy with batches of up to <see cref="BenchmarkServer.LargeBatch"/> messages on RocketMQ.</summary>
    public BenchmarkServer StartProxyWithLargeBatches() => BenchmarkServer.Start($"rocketmq-large={_rocketMq!.NameServerAddress}");

    /// <summary>Starts a proxy.</summary>
    public BenchmarkServer StartProxy(bool autoBatch) => BenchmarkServer.Start(
        _kafka is { } kafka ? $"kafka={kafka.BootstrapServers}" : $"rocketmq{(autoBatch ? "-batch" : "")}={_rocketMq!.NameServerAddress}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_kafka is not null)
        {
            await _kafka.DisposeAsync();
        }

        if (_rocketMq is not null)
        {
            await _rocketMq.DisposeAsync();
        }
    }
}
