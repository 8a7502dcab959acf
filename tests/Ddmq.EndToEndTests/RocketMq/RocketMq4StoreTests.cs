using Ddmq.EndToEndTests.Brokers;
using Ddmq.TestKit.Brokers;
using Xunit;

namespace Ddmq.EndToEndTests.RocketMq;

/// <summary>On brokers of 4.9.7.</summary>
[Collection(RocketMq4Collection.Name)]
public sealed class RocketMq4StoreTests(SharedRocketMq4 rocketMq) : RocketMqStoreTests
{
    protected override Task<RocketMqCluster> GetClusterAsync() => rocketMq.GetAsync();

    protected override string NewTopic(string stem) => rocketMq.NewTopic(stem);
}
