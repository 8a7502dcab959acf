using Ddmq.Core.Storage;
using Ddmq.Storage.RocketMq;
using Ddmq.TestKit.Brokers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ddmq.TestKit.Storage;

/// <summary>A RocketMQ store of its own with a topic of its own, on a cluster that others may use, too. Read back with the kit's own reader.</summary>
public sealed class RocketMqFixture : MessageStoreFixture
{
    private const int QueuesOfABroker = 2;

    private readonly RocketMqCluster _cluster;

    private RocketMqFixture(RocketMqCluster cluster, string topic, RocketMqStore store)
    {
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
        return new RocketMqFixture(cluster, topic, Start(cluster.NameServerAddress, change));
    }

    /// <summary>Starts a store for the name server at this address.</summary>
    public static RocketMqStore Start(string nameServerAddress, Action<RocketMqStoreOptions>? change = null)
    {
        var options = new RocketMqStoreOptions { NameServers = [nameServerAddress] };
        change?.Invoke(options);
        return RocketMqStore.Start(options, TimeProvider.System, NullLogger.Instance);
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<ReadBackMessage>> ReadAllAsync() => _cluster.ReadAllAsync(Topic);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => RocketMq.DisposeAsync();
}
