using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Storage;
using Xunit;
using Xunit.Abstractions;

namespace Ddmq.EndToEndTests.Faults;

/// <summary>The way to Kafka is disturbed.</summary>
public sealed class KafkaNetworkFaultTests(KafkaNetworkFaultTests.Shared kafka, ITestOutputHelper output)
    : NetworkFaults(output), IClassFixture<KafkaNetworkFaultTests.Shared>
{
    protected override async Task<FaultTarget> CreateTargetAsync()
    {
        Relayed<KafkaServer> relayed = await kafka.GetAsync();
        KafkaFixture fixture = await KafkaFixture.CreateAsync(relayed.Server, kafka.NewTopic("faults"), options => options with
        {
            BootstrapServers = [relayed.Address],
            DeliveryTimeout = KafkaProcessFaultTests.DeliveryTimeout,
        });
        return new FaultTarget(fixture, relayed.Broker) { Relay = relayed.Relay };
    }

    // The kit's own client comes through the relay, too.
    private static async Task<Relayed<KafkaServer>> StartAsync()
    {
        KafkaServer server = await KafkaServer.StartAsync("advertised.listeners=PLAINTEXT://127.0.0.1:{relay}");
        return new Relayed<KafkaServer>(server, server.Process, server.Process.StartRelay(), $"127.0.0.1:{server.Process.RelayPort}");
    }

    /// <summary>The node of the class.</summary>
    public sealed class Shared() : SharedServer<Relayed<KafkaServer>>(StartAsync);
}
