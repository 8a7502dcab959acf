using Ddmq.EndToEndTests.Brokers;
using Ddmq.FunctionalTests.RealClients;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Requirements;
using Xunit;

namespace Ddmq.EndToEndTests.WholePath;

/// <summary>Into RocketMQ 5.</summary>
[Collection(RocketMq5Collection.Name)]
public sealed class RocketMq5WholePathTests(SharedRocketMq5 rocketMq, PythonClient python) : RocketMqWholePathTests(python)
{
    [RequiresBrokersTheory]
    [InlineData("compact")]
    [InlineData("binary")]
    public Task SendAndReadBack_PythonClient_EveryMessageOnceWhereItBelongs(string protocol) => CheckPythonClientAsync(protocol);

    [RequiresBrokersFact]
    public Task SendAndReadBack_CommandLine_EveryMessageOnce() => CheckCommandLineAsync();

    private protected override async Task<(RocketMqCluster Cluster, string Topic)> ClusterAsync() =>
        (await rocketMq.GetAsync(), rocketMq.NewTopic("whole-path"));
}
