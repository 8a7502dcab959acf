using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Network;

namespace Ddmq.EndToEndTests.Faults;

/// <summary>A Kafka node that tells clients the address of a relay in front of it.</summary>
public sealed class RelayedKafka : IAsyncDisposable
{
    private RelayedKafka(KafkaServer server)
    {
        Server = server;
        Relay = server.Process.StartRelay();
    }

    /// <summary>The node; the kit's own client comes through the relay, too.</summary>
    public KafkaServer Server { get; }

    /// <summary>The way to it.</summary>
    public TcpRelay Relay { get; }

    /// <summary>Starts both.</summary>
    public static async Task<RelayedKafka> StartAsync() =>
        new(await KafkaServer.StartAsync($"advertised.listeners=PLAINTEXT://{BrokerProcess.RelayHost}:{{port}}"));

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Relay.DisposeAsync();
    }
}
