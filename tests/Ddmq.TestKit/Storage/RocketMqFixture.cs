using Ddmq.Core.Pipeline;
using Ddmq.Core.Storage;
using Ddmq.Storage.RocketMq;
using Ddmq.TestKit.Brokers;
using Ddmq.Thrift.Server.Epoll;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ddmq.TestKit.Storage;

/// <summary>A RocketMQ store of its own with a topic of its own, on a cluster that others may use, too. Read back with the kit's own reader.</summary>
public sealed class RocketMqFixture : MessageStoreFixture
{
    private const int QueuesOfABroker = 2;

    private readonly RocketMqCluster _cluster;

    private readonly EventLoops? _loops;

    private RocketMqFixture(RocketMqCluster cluster, string topic, RocketMqStore store, EventLoops? loops)
    {
        _loops = loops;
        _cluster = cluster;
        Topic = topic;
        RocketMq = store;
    }

    /// <inheritdoc/>
    public override IMessageStore Store => RocketMq;

    /// <summary>The store under test.</summary>
    public RocketMqStore RocketMq { get; }

    /// <inheritdoc/>
    public override string Topic { get; }

    /// <inheritdoc/>
    public override int PartitionCount => QueuesOfABroker * _cluster.Brokers.Count;

    /// <inheritdoc/>
    /// <remarks>An empty text is no property.</remarks>
    public override bool TellsAbsentFromEmpty => false;

    /// <inheritdoc/>
    /// <remarks>A broker stores what is in flight together by several threads.</remarks>
    public override bool KeepsOrderOfEveryTopic => false;

    /// <inheritdoc/>
    /// <remarks>Brokers from 4.6 on put them into a map.</remarks>
    public override bool KeepsPropertiesAsGiven => false;

    /// <summary>Creates the topic and starts the store.</summary>
    /// <param name="cluster">Where.</param>
    /// <param name="topic">A name nobody else uses.</param>
    /// <param name="change">Changes the store's options; null for nothing.</param>
    public static async Task<RocketMqFixture> CreateAsync(RocketMqCluster cluster, string topic, Action<RocketMqStoreOptions>? change = null)
    {
        await cluster.CreateTopicAsync(topic, QueuesOfABroker).ConfigureAwait(false);

        // As in the proxy with event loops on one version's brokers, as in the one with Kestrel on the other's.
        EventLoops? loops = cluster.Version == 4 ? EventLoops.Start(1, null, Burst.Begin, Burst.EndRound) : null;
        return new RocketMqFixture(cluster, topic, Start(cluster.NameServerAddress, change, loops is null ? null : loops.TryWatch), loops);
    }

    /// <summary>Starts a store for the name server at this address, with threads of its own unless there are others to watch.</summary>
    public static RocketMqStore Start(string nameServerAddress, Action<RocketMqStoreOptions>? change = null, WatchDescriptor? watch = null)
    {
        var options = new RocketMqStoreOptions { NameServers = [nameServerAddress] };
        change?.Invoke(options);
        return RocketMqStore.Start(options, TimeProvider.System, NullLogger.Instance, watch);
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<ReadBackMessage>> ReadAllAsync() => _cluster.ReadAllAsync(Topic);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await RocketMq.DisposeAsync().ConfigureAwait(false);
        if (_loops is not null)
        {
            await _loops.DisposeAsync().ConfigureAwait(false);
        }
    }
}
