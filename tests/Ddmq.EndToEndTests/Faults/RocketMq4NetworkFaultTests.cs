using Ddmq.TestKit.Brokers;
using Xunit;
using Xunit.Abstractions;

namespace Ddmq.EndToEndTests.Faults;

/// <summary>The way to RocketMQ 4 is disturbed.</summary>
public sealed class RocketMq4NetworkFaultTests(RocketMq4NetworkFaultTests.Shared cluster, ITestOutputHelper output)
    : RocketMqNetworkFaults(cluster, output), IClassFixture<RocketMq4NetworkFaultTests.Shared>
{
    /// <summary>The cluster of the class.</summary>
    public sealed class Shared() : SharedServer<Relayed<RocketMqCluster>>(() => StartAsync(4));
}
