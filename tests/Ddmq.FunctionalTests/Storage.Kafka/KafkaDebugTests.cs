using Ddmq.Storage.Kafka;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.Storage;
using Xunit;

namespace Ddmq.FunctionalTests.Storage.Kafka;

/// <summary>An operator asks librdkafka to tell all about itself: its threads and the making of a client call back with lines.</summary>
public sealed class KafkaDebugTests
{
    [RequiresLibrdKafkaFact]
    public async Task SendAsync_DebugAll_IsStored()
    {
        const string Topic = "debug";
        using var cluster = new KafkaMockCluster();
        cluster.CreateTopic(Topic, 1);
        await using KafkaStore store = KafkaFixture.Start(
            cluster.BootstrapServers, options => options with { Properties = new Dictionary<string, string> { ["debug"] = "all" } });

        Assert.True((await store.SendAsync(TestRequests.Create(Topic, [1, 2, 3], "key", hashId: 0))).IsOk);
    }
}
