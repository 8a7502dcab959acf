using Ddmq.Core.Storage;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Network;
using Ddmq.TestKit.Storage;

namespace Ddmq.EndToEndTests.Faults;

/// <summary>A store over one real broker that a test disturbs. Disposing closes the store; the broker belongs to the class's fixture.</summary>
/// <param name="Store">The store under test.</param>
/// <param name="Topic">An empty topic that nobody else uses.</param>
/// <param name="Broker">The only broker that has the topic.</param>
/// <param name="ReadAllAsync">Everything in the topic, read without the store.</param>
public sealed record FaultTarget(
    IMessageStore Store, string Topic, BrokerProcess Broker, Func<Task<IReadOnlyList<ReadBackMessage>>> ReadAllAsync) : IAsyncDisposable
{
    /// <summary>What lies between the store and the broker; only there when the network is to be disturbed.</summary>
    public TcpRelay? Relay { get; init; }

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
