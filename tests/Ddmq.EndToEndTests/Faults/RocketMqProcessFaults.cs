using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Faults;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.Storage;
using Xunit;
using Xunit.Abstractions;

namespace Ddmq.EndToEndTests.Faults;

/// <summary>A RocketMQ broker, or a name server, crashes, stalls and restarts.</summary>
/// <param name="cluster">One broker; of one version.</param>
/// <param name="output">Where figures go.</param>
public abstract class RocketMqProcessFaults(SharedServer<RocketMqCluster> cluster, ITestOutputHelper output) : ProcessFaults(output)
{
    // Short, so that a stall is soon seen as one.
    internal static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(1);

    /// <summary>A cluster of one broker.</summary>
    /// <param name="version">4 or 5.</param>
    internal static Task<RocketMqCluster> StartAsync(int version) =>
        RocketMqCluster.StartAsync(version, 1, "registerNameServerPeriod=10000");

    [RequiresBrokersFact]
    public async Task SendAsync_NameServerKilledAndStartedAgain_AllAreStored()
    {
        FaultTarget target = await CreateTargetAsync();
        RocketMqCluster started = await cluster.GetAsync();
        BrokerProcess nameServer = started.NameServer;

        AnswerCheck check = await FaultRun.RunAsync(target, Output, async senders =>
        {
            await nameServer.KillAsync();
            await senders.WaitForSuccessOfEachAsync();
            await nameServer.StartAsync();

            // The broker finds out by itself, and the reader needs the route.
            await started.WaitForRouteAsync(target.Fixture.Topic);
        });

        Assert.Equal(check.Answers, check.Yes);
    }

    protected override async Task<FaultTarget> CreateTargetAsync()
    {
        RocketMqCluster started = await cluster.GetAsync();
        BrokerProcess broker = started.Brokers[0].Process;
        await ReviveAsync(started.NameServer);
        await ReviveAsync(broker);
        RocketMqFixture fixture = await RocketMqFixture.CreateAsync(started, cluster.NewTopic("faults"), options =>
        {
            options.CallTimeout = CallTimeout;
            options.DrainTimeout = DrainTimeout;
        });
        return new FaultTarget(fixture, broker);
    }
}
