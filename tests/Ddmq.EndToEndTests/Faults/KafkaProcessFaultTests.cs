using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Storage;
using Xunit;
using Xunit.Abstractions;

namespace Ddmq.EndToEndTests.Faults;

/// <summary>Kafka crashes, stalls and restarts.</summary>
public sealed class KafkaProcessFaultTests(SharedKafka kafka, ITestOutputHelper output) : ProcessFaults(output), IClassFixture<SharedKafka>
{
    // Short, so that a stall is soon seen as one.
    internal static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    protected override async Task<FaultTarget> CreateTargetAsync()
    {
        KafkaServer server = await kafka.GetAsync();
        await ReviveAsync(server.Process);
        KafkaFixture fixture = await KafkaFixture.CreateAsync(
            server, kafka.NewTopic("faults"), options => options with { DeliveryTimeout = DeliveryTimeout, CloseTimeout = CloseTimeout });
        return new FaultTarget(fixture, server.Process);
    }
}
