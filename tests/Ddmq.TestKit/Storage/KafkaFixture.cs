using Ddmq.Core.Pipeline;
using Ddmq.Core.Storage;
using Ddmq.Storage.Kafka;
using Ddmq.TestKit.Brokers;
using Ddmq.Thrift.Server.Epoll;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ddmq.TestKit.Storage;

/// <summary>
/// A Kafka store of its own with a topic of its own, on a server that others may use, too. Read back with the kit's own consumer.
/// </summary>
public sealed class KafkaFixture : MessageStoreFixture
{
    private readonly KafkaServer _server;

    private readonly EventLoops _loops;

    private KafkaFixture(KafkaServer server, string topic, KafkaStore store, EventLoops loops)
    {
        _loops = loops;
        _server = server;
        Topic = topic;
        Kafka = store;
    }

    /// <inheritdoc/>
    public override IMessageStore Store => Kafka;

    /// <summary>The store under test.</summary>
    public KafkaStore Kafka { get; }

    /// <inheritdoc/>
    public override string Topic { get; }

    /// <inheritdoc/>
    public override int PartitionCount => 3;

    /// <summary>Creates the topic, large enough for messages of the store's limit, and starts the store on an event loop, as in the proxy.</summary>
    /// <param name="server">Where.</param>
    /// <param name="topic">A name nobody else uses.</param>
    /// <param name="change">What the store's options have beside the server's address; null for nothing.</param>
    public static async Task<KafkaFixture> CreateAsync(
        KafkaServer server, string topic, Func<KafkaStoreOptions, KafkaStoreOptions>? change = null)
    {
        // Brokers allow 1 MiB unless told otherwise. The messages' times are the tests', long ago: they are not to be cleaned away.
        await server.CreateTopicAsync(topic, 3, ("max.message.bytes", "4194304"), ("retention.ms", "-1")).ConfigureAwait(false);
        var loops = EventLoops.Start(1, null, Burst.Begin, Burst.EndRound);
        return new KafkaFixture(server, topic, Start(server.BootstrapServers, change, loops.TryWatch), loops);
    }

    /// <summary>Starts a store for brokers at this address, with threads of its own unless there are others to watch.</summary>
    public static KafkaStore Start(
        string bootstrapServers, Func<KafkaStoreOptions, KafkaStoreOptions>? change = null, WatchDescriptor? watch = null)
    {
        var options = new KafkaStoreOptions { BootstrapServers = [bootstrapServers] };
        return KafkaStore.Start(change is null ? options : change(options), TimeProvider.System, NullLogger.Instance, watch);
    }

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<ReadBackMessage>> ReadAllAsync() =>
        [.. (await _server.ReadAllAsync(Topic).ConfigureAwait(false)).Select(ToReadBack)];

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await Kafka.DisposeAsync().ConfigureAwait(false);
        await _loops.DisposeAsync().ConfigureAwait(false);
    }

    private static ReadBackMessage ToReadBack(KafkaRecord record)
    {
        byte[]? tags = record.Headers.FirstOrDefault(header => header.Name == "TAGS").Value;
        return new ReadBackMessage(
            record.Partition,
            record.Offset,
            record.Key,
            tags,
            [.. record.Headers.Where(header => header.Name != "TAGS")
                .Select(header => (System.Text.Encoding.UTF8.GetBytes(header.Name), header.Value!))],
            record.Value!);
    }
}
