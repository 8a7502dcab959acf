using Ddmq.FunctionalTests.Cli.Doctor;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Network;
using Ddmq.TestKit.Requirements;
using Xunit;

namespace Ddmq.EndToEndTests.Doctor;

/// <summary><c>ddmq doctor</c> on real RocketMQ clusters, which it finds in good and in bad shape.</summary>
public sealed class DoctorRocketMqTests
{
    private const string Topic = "doctor";

    [RequiresBrokersTheory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Run_OneThingAfterTheOtherGoesDown_SaysEach(int version)
    {
        await using RocketMqCluster cluster = await RocketMqCluster.StartAsync(version, brokers: 2);

        DoctorRun missing = await RunAsync([cluster.NameServerAddress]);
        missing.Says($"warn rocketmq R_a: not there: {Topic}; the first message creates it on broker-a, broker-b", "mqadmin updateTopic");

        await cluster.CreateTopicAsync(Topic);
        DoctorRun well = await RunAsync([cluster.NameServerAddress]);
        well.EndsWith(0);
        well.Says("ok rocketmq R_a: 1 of 1 name server, 2 of 2 brokers, 1 of 1 topic");
        well.DoesNotSay("warn rocketmq R_a: not there");
        well.DoesNotSay("warn rocketmq R_a: the name server");

        using PortBlock port = PortBlock.Take(1);
        DoctorRun oneNameServer = await RunAsync([cluster.NameServerAddress, $"127.0.0.1:{port.First}"]);
        oneNameServer.EndsWith(0);
        oneNameServer.Says($"warn rocketmq R_a: the name server 127.0.0.1:{port.First} does not answer", "namesrvAddrs");

        // A name server forgets a broker whose connection ends; one that hangs stays on its list.
        cluster.Brokers[1].Process.Pause();
        DoctorRun brokerHangs = await RunAsync([cluster.NameServerAddress], "--timeout", "5s");
        brokerHangs.EndsWith(1);
        brokerHangs.Says($"fail rocketmq R_a: broker-b at {cluster.Brokers[1].Address}, as the name server has it, cannot be reached", "no answer within", "brokerIP1");

        await Task.WhenAll(cluster.Brokers.Select(broker => broker.Process.KillAsync()));
        DoctorRun noBroker = await RunAsync([cluster.NameServerAddress]);
        noBroker.EndsWith(1);
        noBroker.Says($"fail rocketmq R_a: no broker with a master has registered with {cluster.NameServerAddress}");

        await cluster.NameServer.StopAsync();
        DoctorRun nothing = await RunAsync([cluster.NameServerAddress]);
        nothing.EndsWith(1);
        nothing.Says($"fail rocketmq R_a: the name server {cluster.NameServerAddress} does not answer");
        nothing.DoesNotSay("ok rocketmq");
    }

    [RequiresBrokersFact]
    public async Task Run_ReadOnlyBroker_SaysThatNothingCanBeWritten()
    {
        await using RocketMqCluster cluster = await RocketMqCluster.StartAsync(4, 1, "brokerPermission=4");
        await cluster.CreateTopicAsync(Topic, permission: 4);

        DoctorRun run = await RunAsync([cluster.NameServerAddress]);

        run.EndsWith(1);
        run.Says($"fail rocketmq R_a: {Topic} cannot be written to: read-only on broker-a", "brokerPermission=6");
    }

    [RequiresBrokersFact]
    public async Task Run_BrokerThatCreatesNoTopics_FailsForAMissingOne()
    {
        await using RocketMqCluster cluster = await RocketMqCluster.StartAsync(4, 1, "autoCreateTopicEnable=false");

        DoctorRun run = await RunAsync([cluster.NameServerAddress]);

        run.EndsWith(1);
        run.Says($"fail rocketmq R_a: not there: {Topic}; no broker creates topics", "mqadmin updateTopic");
    }

    [RequiresBrokersFact]
    public async Task Run_BrokerThatRegistersAnAddressNobodyReaches_NamesItsSetting()
    {
        // Nothing leaves the machine for this address, and nobody can have it.
        await using RocketMqCluster cluster = await RocketMqCluster.StartAsync(4, 1, "brokerIP1=255.255.255.255");

        DoctorRun run = await RunAsync([cluster.NameServerAddress]);

        run.EndsWith(1);
        run.Says("fail rocketmq R_a: broker-a at 255.255.255.255:", "cannot be reached from here", "brokerIP1");
    }

    private static async Task<DoctorRun> RunAsync(IReadOnlyList<string> nameServers, params string[] arguments)
    {
        using PortBlock ports = PortBlock.Take(1);
        return await DoctorRun.OnAsync($$"""
            port: {{ports.First}}
            defaultTopicInfoConf: { topics: [ { topic: {{Topic}}, topicUnits: [ { brokerCluster: R_a } ] } ] }
            carreraConfiguration:
              useRocketmq: true
              rocketmqConfigurationMap: { R_a: { namesrvAddrs: [{{string.Join(", ", nameServers.Select(address => $"\"{address}\""))}}] } }
            ddmq: { admin: { enabled: false } }
            """, arguments);
    }
}
