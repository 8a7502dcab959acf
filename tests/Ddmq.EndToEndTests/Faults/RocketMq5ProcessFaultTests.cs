using Ddmq.TestKit.Brokers;
using Xunit;
using Xunit.Abstractions;

namespace Ddmq.EndToEndTests.Faults;

/// <summary>RocketMQ 5 crashes, stalls and restarts.</summary>
public sealed class RocketMq5ProcessFaultTests(RocketMq5ProcessFaultTests.Shared cluster, ITestOutputHelper output)
    : RocketMqProcessFaults(cluster, output), IClassFixture<RocketMq5ProcessFaultTests.Shared>
{
    /// <summary>The cluster of the class.</summary>
    public sealed class Shared() : SharedServer<RocketMqCluster>(() => StartAsync(5));
}
