using Ddmq.EndToEndTests.Brokers;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.Storage;
using Xunit;

namespace Ddmq.EndToEndTests.Kafka;

/// <summary>The Kafka store keeps what every store owes.</summary>
[RequiresBrokers]
[Collection(KafkaCollection.Name)]
public sealed class KafkaConformanceTests(SharedKafka kafka) : MessageStoreConformance
{
    protected override async Task<MessageStoreFixture> CreateFixtureAsync() =>
        await KafkaFixture.CreateAsync(await kafka.GetAsync(), kafka.NewTopic("conformance"));
}
