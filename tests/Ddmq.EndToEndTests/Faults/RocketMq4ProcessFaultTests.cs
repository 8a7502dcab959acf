using Ddmq.TestKit.Brokers;
using Xunit;
using Xunit.Abstractions;

namespace Ddmq.EndToEndTests.Faults;

/// <summary>RocketMQ 4 crashes, stalls and restarts.</summary>
public sealed class RocketMq4ProcessFaultTests(RocketMq4ProcessFaultTests.Shared cluster, ITestOutputHelper output)
    : RocketMqProcessFaults(cluster, output), IClassFixture<RocketMq4ProcessFaultTests.Shared>
{
    /// <summary>The cluster of the class.</summary>
    public sealed class Shared() : SharedServer<RocketMqCluster>(() => StartAsync(4));
}
