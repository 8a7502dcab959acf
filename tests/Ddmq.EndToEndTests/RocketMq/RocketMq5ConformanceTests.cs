using Ddmq.EndToEndTests.Brokers;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.Storage;
using Xunit;

namespace Ddmq.EndToEndTests.RocketMq;

/// <summary>The RocketMQ store keeps what every store owes, on brokers of 5.3.3.</summary>
[RequiresBrokers]
[Collection(RocketMq5Collection.Name)]
public sealed class RocketMq5ConformanceTests(SharedRocketMq5 rocketMq) : MessageStoreConformance
{
    protected override async Task<MessageStoreFixture> CreateFixtureAsync() =>
        await RocketMqFixture.CreateAsync(await rocketMq.GetAsync(), rocketMq.NewTopic("conformance"));
}
