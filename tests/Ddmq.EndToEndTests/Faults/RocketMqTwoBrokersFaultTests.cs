using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.Storage;
using Xunit;
using Xunit.Abstractions;

namespace Ddmq.EndToEndTests.Faults;

/// <summary>One RocketMQ broker of two is lost: messages go to the other one.</summary>
public sealed class RocketMqTwoBrokersFaultTests(ITestOutputHelper output)
{
    [RequiresBrokersTheory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task SendAsync_OneBrokerOfTwoKilled_TheOtherTakesAllAndEveryAnswerIsTrue(int version)
    {
        await using RocketMqCluster cluster = await RocketMqCluster.StartAsync(version, brokers: 2);
        BrokerProcess broker = cluster.Brokers[0].Process;
        RocketMqFixture fixture = await RocketMqFixture.CreateAsync(
            cluster, "faults", options => options.CallTimeout = RocketMqProcessFaults.CallTimeout);
        var target = new FaultTarget(fixture, broker) { PartitionsKeepTheirNumbers = false };

        await FaultRun.RunAsync(target, output, async senders =>
        {
            await broker.KillAsync();
            await senders.WaitForSuccessOfEachAsync();
            await broker.StartAsync();
        });
    }
}
