using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Network;
using Ddmq.TestKit.Storage;

namespace Ddmq.EndToEndTests.Faults;

/// <summary>A store over a real broker that a test disturbs. Disposing closes the store; the broker belongs to somebody else.</summary>
/// <param name="Fixture">The store under test, with a topic that nobody else uses.</param>
/// <param name="Broker">The broker that is disturbed.</param>
public sealed record FaultTarget(MessageStoreFixture Fixture, BrokerProcess Broker) : IAsyncDisposable
{
    /// <summary>What lies between the store and the broker; only there when the network is to be disturbed.</summary>
    public TcpRelay? Relay { get; init; }

    /// <summary>False where the loss of a broker changes how many partitions there are.</summary>
    public bool PartitionsKeepTheirNumbers { get; init; } = true;

    public ValueTask DisposeAsync() => Fixture.DisposeAsync();
}
