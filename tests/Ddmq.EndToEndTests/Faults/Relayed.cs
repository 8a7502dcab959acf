using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Network;

namespace Ddmq.EndToEndTests.Faults;

/// <summary>A server with relays before it, through which clients come. Disposes all.</summary>
/// <param name="Server">The server.</param>
/// <param name="Broker">Its only broker.</param>
/// <param name="Relay">The way to the broker.</param>
/// <param name="Address">What clients are given to begin with.</param>
/// <typeparam name="T">The server's class.</typeparam>
public sealed record Relayed<T>(T Server, BrokerProcess Broker, TcpRelay Relay, string Address) : IAsyncDisposable
    where T : IAsyncDisposable
{
    /// <summary>The way to a name server; null for none.</summary>
    public TcpRelay? NameServerRelay { get; init; }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Relay.DisposeAsync();
        if (NameServerRelay is not null)
        {
            await NameServerRelay.DisposeAsync();
        }
    }
}
