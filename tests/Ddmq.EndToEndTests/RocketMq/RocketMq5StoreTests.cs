using Ddmq.EndToEndTests.Brokers;
using Ddmq.TestKit.Brokers;
using Xunit;

namespace Ddmq.EndToEndTests.RocketMq;

/// <summary>On brokers of 5.3.3.</summary>
[Collection(RocketMq5Collection.Name)]
public sealed class RocketMq5StoreTests(SharedRocketMq5 rocketMq) : RocketMqStoreTests
{
    protected override Task<RocketMqCluster> GetClusterAsync() => rocketMq.GetAsync();

    protected override string NewTopic(string stem) => rocketMq.NewTopic(stem);
}
