using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Network;
using Ddmq.TestKit.Storage;
using Xunit.Abstractions;

namespace Ddmq.EndToEndTests.Faults;

/// <summary>The way to a RocketMQ broker is disturbed; the name server can be reached.</summary>
/// <param name="cluster">One broker; of one version.</param>
/// <param name="output">Where figures go.</param>
public abstract class RocketMqNetworkFaults(SharedServer<Relayed<RocketMqCluster>> cluster, ITestOutputHelper output)
    : NetworkFaults(output)
{
    /// <summary>A cluster whose name server, seen through a relay, names the other relay as its broker.</summary>
    /// <param name="version">4 or 5.</param>
    internal static async Task<Relayed<RocketMqCluster>> StartAsync(int version)
    {
        RocketMqCluster server = await RocketMqCluster.StartAsync(version);
        BrokerProcess broker = server.Brokers[0].Process;
        TcpRelay nameServer = server.NameServer.StartRelay();
        nameServer.RewriteAnswers(broker.Address, $"127.0.0.1:{broker.RelayPort}");
        return new Relayed<RocketMqCluster>(server, broker, broker.StartRelay(), $"127.0.0.1:{nameServer.Port}")
        {
            NameServerRelay = nameServer,
        };
    }

    protected override async Task<FaultTarget> CreateTargetAsync()
    {
        Relayed<RocketMqCluster> relayed = await cluster.GetAsync();
        RocketMqFixture fixture = await RocketMqFixture.CreateAsync(
            relayed.Server, cluster.NewTopic("faults"), options =>
            {
                options.NameServers = [relayed.Address];
                options.CallTimeout = RocketMqProcessFaults.CallTimeout;
            });
        return new FaultTarget(fixture, relayed.Broker) { Relay = relayed.Relay };
    }
}
