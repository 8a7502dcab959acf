using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Ddmq.Storage.Kafka.Native;

namespace Ddmq.TestKit.Brokers;

/// <summary>
/// A real Kafka node (KRaft, one broker) with a data folder of its own. Disposing kills it and removes the folder. For one test (or
/// fixture) at a time; topics can be created and read from several tests at once.
/// </summary>
public sealed class KafkaServer : IAsyncDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TopicLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    // A broker that comes back from a crash is not let in before its former session has ended: 9 s in the original.
    private static readonly string[] OwnSettings = ["broker.session.timeout.ms=2000", "broker.heartbeat.interval.ms=500"];

    private readonly Lazy<IAdminClient> _admin;

    private KafkaServer(IReadOnlyList<string> settings)
    {
        LibrdKafka.Use();
        Process = new BrokerProcess("kafka", 2, 0, [], [.. OwnSettings, .. settings], new Dictionary<string, string>(), ServesAsync);
        _admin = new Lazy<IAdminClient>(
            () => new AdminClientBuilder(ClientConfiguration(new AdminClientConfig())).SetLogHandler((_, _) => { }).Build());
    }

    /// <summary>What a test of this kind lacks on this machine, or null.</summary>
    public static string? WhyMissing => BrokerFolder.WhyMissing ?? LibrdKafka.WhyMissing;

    /// <summary>To stop, kill, pause and start it again.</summary>
    public BrokerProcess Process { get; }

    /// <summary>What clients are given.</summary>
    public string BootstrapServers => Process.Address;

    /// <summary>Starts one and waits until it serves.</summary>
    /// <param name="settings">Further lines <c>key=value</c> of its configuration.</param>
    public static async Task<KafkaServer> StartAsync(params string[] settings)
    {
        var server = new KafkaServer(settings);
        try
        {
            await server.Process.StartAsync().ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Creates a topic and waits until each of its partitions has its leader.</summary>
    /// <param name="topic">A name that is new.</param>
    /// <param name="partitions">How many.</param>
    /// <param name="settings">The topic's own settings, such as <c>max.message.bytes</c>.</param>
    public async Task CreateTopicAsync(string topic, int partitions = 4, params (string Name, string Value)[] settings)
    {
        await _admin.Value.CreateTopicsAsync(
            [
                new TopicSpecification
                {
                    Name = topic,
                    NumPartitions = partitions,
                    ReplicationFactor = 1,
                    Configs = settings.ToDictionary(setting => setting.Name, setting => setting.Value),
                },
            ]).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(TopicLimit);
        while (!await Task.Run(() => HasTopic(topic, partitions)).ConfigureAwait(false))
        {
            await Task.Delay(PollInterval, limit.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Everything that a topic holds at the time of the call, by partition and then offset; read with a client of its own.</summary>
    public Task<IReadOnlyList<KafkaRecord>> ReadAllAsync(string topic) => Task.Run(() => ReadAll(topic));

    /// <summary>How many messages the topic has been given, counted from its partitions' offsets; read with a client of its own.</summary>
    public Task<long> CountStoredAsync(string topic) => Task.Run(() =>
    {
        using IConsumer<byte[]?, byte[]?> consumer = CreateConsumer();
        return Extents(consumer, topic).Sum(extent => extent.Offsets.High.Value);
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_admin.IsValueCreated)
        {
            _admin.Value.Dispose();
        }

        await Process.DisposeAsync().ConfigureAwait(false);
    }

    private static KafkaRecord ToRecord(ConsumeResult<byte[]?, byte[]?> result) => new(
        result.Partition.Value,
        result.Offset.Value,
        result.Message.Timestamp.UnixTimestampMs,
        result.Message.Key,
        result.Message.Value,
        [.. result.Message.Headers.Select(header => (header.Key, (byte[]?)header.GetValueBytes()))]);

    private Task<bool> ServesAsync() => Task.Run(() =>
    {
        try
        {
            return _admin.Value.GetMetadata(AnswerLimit).Brokers.Count > 0;
        }
        catch (KafkaException)
        {
            return false;
        }
    });

    private bool HasTopic(string topic, int partitions)
    {
        try
        {
            List<PartitionMetadata> found = _admin.Value.GetMetadata(topic, AnswerLimit).Topics.Single().Partitions;
            return found.Count == partitions && found.All(partition => partition.Leader >= 0);
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    private IReadOnlyList<KafkaRecord> ReadAll(string topic)
    {
        using IConsumer<byte[]?, byte[]?> consumer = CreateConsumer();

        // The end of each partition as the server tells it, and not the client's events of reaching an end: those can come more than once.
        var ends = Extents(consumer, topic)
            .Where(end => end.Offsets.High > end.Offsets.Low)
            .ToDictionary(end => end.Partition, end => end.Offsets);
        consumer.Assign(ends.Select(end => new TopicPartitionOffset(end.Key, end.Value.Low)));

        var records = new List<KafkaRecord>();
        using var limit = new CancellationTokenSource(TopicLimit);
        while (ends.Count > 0)
        {
            ConsumeResult<byte[]?, byte[]?> result = consumer.Consume(limit.Token);
            if (!ends.TryGetValue(result.TopicPartition, out WatermarkOffsets? offsets))
            {
                continue;
            }

            records.Add(ToRecord(result));
            if (result.Offset >= offsets.High - 1)
            {
                ends.Remove(result.TopicPartition);
            }
        }

        return [.. records.OrderBy(record => record.Partition).ThenBy(record => record.Offset)];
    }

    private IConsumer<byte[]?, byte[]?> CreateConsumer()
    {
        ConsumerConfig configuration = ClientConfiguration(new ConsumerConfig());
        configuration.GroupId = "read-back";
        configuration.EnableAutoCommit = false;
        configuration.AutoOffsetReset = AutoOffsetReset.Error;
        configuration.CheckCrcs = true;
        configuration.FetchWaitMaxMs = 10;
        return new ConsumerBuilder<byte[]?, byte[]?>(configuration).SetLogHandler((_, _) => { }).Build();
    }

    private IEnumerable<(TopicPartition Partition, WatermarkOffsets Offsets)> Extents(IConsumer<byte[]?, byte[]?> consumer, string topic) =>
        _admin.Value.GetMetadata(topic, TopicLimit).Topics.Single().Partitions
            .Select(partition => new TopicPartition(topic, partition.PartitionId))
            .Select(partition => (partition, Extent(consumer, partition)));

    // The broker may not have taken over a partition yet whose leader the metadata name.
    private static WatermarkOffsets Extent(IConsumer<byte[]?, byte[]?> consumer, TopicPartition partition)
    {
        using var limit = new CancellationTokenSource(TopicLimit);
        while (true)
        {
            try
            {
                return consumer.QueryWatermarkOffsets(partition, TopicLimit);
            }
            catch (KafkaException exception) when (!limit.IsCancellationRequested
                && exception.Error.Code is ErrorCode.NotLeaderForPartition or ErrorCode.LeaderNotAvailable or ErrorCode.UnknownTopicOrPart)
            {
                limit.Token.WaitHandle.WaitOne(PollInterval);
            }
        }
    }

    // A client that outlives its server's restart is not to wait for the next try.
    private T ClientConfiguration<T>(T configuration)
        where T : ClientConfig
    {
        configuration.BootstrapServers = BootstrapServers;
        configuration.ReconnectBackoffMs = 20;
        configuration.ReconnectBackoffMaxMs = 100;
        return configuration;
    }
}
