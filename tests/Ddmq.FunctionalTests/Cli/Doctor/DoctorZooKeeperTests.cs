using Ddmq.FunctionalTests.Cli.Zk;
using Ddmq.FunctionalTests.Config.ZooKeeper;
using Ddmq.FunctionalTests.LiveConfiguration;
using Ddmq.TestKit.Network;
using Ddmq.TestKit.Requirements;
using Xunit;

namespace Ddmq.FunctionalTests.Cli.Doctor;

/// <summary>What <c>ddmq doctor</c> says of the configuration in a real ZooKeeper.</summary>
public sealed class DoctorZooKeeperTests(ZooKeeperFixture fixture) : IClassFixture<ZooKeeperFixture>
{
    [RequiresZooKeeperFact]
    public async Task Run_NodeMissingThenBoundThenBroken_SaysWhatHelps()
    {
        await using ZkEnsemble zk = await ZkEnsemble.CreateInitializedAsync(fixture);
        using PortBlock ports = PortBlock.Take(3);
        string instance = $"127.0.0.1:{ports.First}";
        string yaml = Configuration(zk.Address, ports.First, ports.First + 1);

        DoctorRun unbound = await DoctorRun.OnAsync(yaml);
        unbound.EndsWith(1);
        unbound.Says($"fail zookeeper: the proxy's node /pproxy/{instance} does not exist", $"ddmq zk bind {instance}");

        await zk.WritesAsync("bind", instance, "--rocketmq", $"127.0.0.1:{ports.First + 2}", "--cluster", "R_a", "--proxy-cluster", "P_a");
        await zk.WritesAsync("topic", "create", "orders", "--cluster", "R_a", "--tps", "100");
        DoctorRun bound = await DoctorRun.OnAsync(yaml);
        bound.Says("ok zookeeper: ", "answers");
        bound.Says($"ok zookeeper: /pproxy/{instance}", "is good; of 1 topic on its white list 1 node too");
        bound.Says("fail rocketmq R_a: the name server");

        string own = (await zk.TextAsync($"/pproxy/{instance}"))!;
        await zk.SetAsync("/topic/orders", "{");
        await zk.SetAsync($"/pproxy/{instance}", own.Replace("\"orders\"", "\"orders\",\"ghost\"", StringComparison.Ordinal));
        DoctorRun broken = await DoctorRun.OnAsync(yaml);
        broken.Says("fail zookeeper: version", "/topic/orders: not valid JSON");
        broken.Says("warn zookeeper: /topic/ghost does not exist", "ddmq zk topic create ghost");

        await zk.SetAsync($"/pproxy/{instance}", own.Replace("\"proxyCluster\"", "\"proxyClusterr\"", StringComparison.Ordinal));
        DoctorRun bad = await DoctorRun.OnAsync(yaml);
        bad.Says("fail zookeeper: version", "proxyCluster: is missing", "ddmq zk rollback");
    }

    [RequiresZooKeeperFact]
    public async Task Run_TopicOfAnotherProxyOrOnAClusterThatIsNotThere_IsNamed()
    {
        await using ZkEnsemble zk = await ZkEnsemble.CreateInitializedAsync(fixture);
        using PortBlock ports = PortBlock.Take(3);
        string instance = $"127.0.0.1:{ports.First}";
        await zk.WritesAsync("bind", instance, "--rocketmq", $"127.0.0.1:{ports.First + 2}", "--cluster", "R_a", "--proxy-cluster", "P_a");
        await zk.WritesAsync("topic", "create", "one", "--cluster", "R_a", "--tps", "100");
        await zk.WritesAsync("topic", "create", "two", "--cluster", "R_a", "--tps", "100");
        await zk.SetAsync("/topic/one", (await zk.TextAsync("/topic/one"))!.Replace("R_a", "R_b", StringComparison.Ordinal));
        await zk.SetAsync("/topic/two", (await zk.TextAsync("/topic/two"))!.Replace(instance, "10.0.0.9:9613", StringComparison.Ordinal));

        DoctorRun run = await DoctorRun.OnAsync(Configuration(zk.Address, ports.First, ports.First + 1));

        run.Says("fail zookeeper: /topic/one names the cluster R_b", $"ddmq zk cluster set R_b --proxy {instance}");
        run.Says("warn zookeeper: /topic/two is on the white list, but has no part for this proxy", $"ddmq zk bind {instance} --topic two");
    }

    [RequiresZooKeeperFact]
    public async Task Run_ProxyThatHasNotTakenANode_SaysSo()
    {
        await using ZkEnsemble zk = await ZkEnsemble.CreateInitializedAsync(fixture);
        const string Instance = "127.0.0.1:0";
        await zk.WritesAsync("bind", Instance, "--rocketmq", "127.0.0.1:9876", "--cluster", "R_a", "--proxy-cluster", "P_a");
        await zk.WritesAsync("topic", "create", "orders", "--cluster", "R_a", "--tps", "100");
        await using LiveProxy proxy = await LiveProxy.StartAsync(zk.Address);
        string yaml = Configuration(zk.Address, 0, proxy.Admin.BaseAddress!.Port);

        DoctorRun same = await DoctorRun.OnAsync(yaml);
        same.Says("ok zookeeper: what the proxy has in force is what the nodes say");

        await zk.SetAsync("/topic/orders", "{");
        await proxy.SaysAsync("/topic/orders");
        DoctorRun other = await DoctorRun.OnAsync(yaml);
        other.Says("warn zookeeper: not in force as the nodes have it: /topic/orders", "ddmq zk show --admin");
    }

    [RequiresZooKeeperFact]
    public async Task Run_NobodyAnswers_EndsWithAFailure()
    {
        using PortBlock ports = PortBlock.Take(3);

        DoctorRun run = await DoctorRun.OnAsync(Configuration($"127.0.0.1:{ports.First + 2}", ports.First, ports.First + 1), "--timeout", "1s");

        run.EndsWith(1);
        run.Says("fail zookeeper: no answer within 1.5 s");
    }

    private static string Configuration(string zooKeeper, int thrift, int admin) => $"""
        zookeeperAddr: {zooKeeper}
        host: 127.0.0.1
        port: {thrift}
        ddmq:
          thrift: {"{"} bindAddress: 127.0.0.1 {"}"}
          admin: {"{"} port: {admin} {"}"}
        """;
}
