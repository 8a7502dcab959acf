using Ddmq.TestKit.Brokers;
using Xunit;
using Xunit.Abstractions;

namespace Ddmq.EndToEndTests.Faults;

/// <summary>The way to RocketMQ 5 is disturbed.</summary>
public sealed class RocketMq5NetworkFaultTests(RocketMq5NetworkFaultTests.Shared cluster, ITestOutputHelper output)
    : RocketMqNetworkFaults(cluster, output), IClassFixture<RocketMq5NetworkFaultTests.Shared>
{
    /// <summary>The cluster of the class.</summary>
    public sealed class Shared() : SharedServer<Relayed<RocketMqCluster>>(() => StartAsync(5));
}
