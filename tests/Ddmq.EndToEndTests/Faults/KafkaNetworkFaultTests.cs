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
        RelayedKafka relayed = await kafka.GetAsync();
        KafkaFixture fixture = await KafkaFixture.CreateAsync(relayed.Server, kafka.NewTopic("faults"), options => options with
        {
            BootstrapServers = [$"{BrokerProcess.RelayHost}:{relayed.Relay.Port}"],
            DeliveryTimeout = KafkaProcessFaultTests.DeliveryTimeout,
        });
        return new FaultTarget(fixture, relayed.Server.Process) { Relay = relayed.Relay };
    }

    /// <summary>The node of the class.</summary>
    public sealed class Shared() : SharedServer<RelayedKafka>(RelayedKafka.StartAsync);
}
