using System.Text.Json;
using Ddmq.FunctionalTests.Config.ZooKeeper;
using Ddmq.TestKit.Requirements;
using Xunit;

namespace Ddmq.FunctionalTests.Cli.Zk;

/// <summary>What <c>ddmq zk</c> writes is what the original console would have written, byte for byte where it did the same.</summary>
public sealed class ZkWriteTests(ZooKeeperFixture fixture) : IClassFixture<ZooKeeperFixture>
{
    private const string First = "127.0.0.1:9613";
    private const string Second = "127.0.0.1:9614";
    private static readonly string[] FirstProxy = ["bind", First, "--rocketmq", "127.0.0.1:19876", "--cluster", "R_default", "--proxy-cluster", "P_ddmq"];

    [RequiresZooKeeperFact]
    public async Task Init_EmptyEnsemble_MakesTheConsolesParentsAndNoOthersLater()
    {
        await using ZkEnsemble zk = await ZkEnsemble.CreateAsync(fixture);

        CliRun first = await zk.WritesAsync("init");
        await zk.SetAsync("/topic", "mine");
        CliRun second = await zk.WritesAsync("init");

        Assert.Contains("11 nodes written", first.Out);
        Assert.Equal("nothing to change\n", second.Out);
        Assert.Equal("mine", await zk.TextAsync("/topic"));
        foreach ((string path, string text) in new[]
        {
            ("/group", "default"), ("/pproxy", "default"), ("/cproxy", "default"), ("/broker", "default"), ("/monitor", "carrera"),
            ("/monitor/host", "default"), ("/monitor/assigned", "default"), ("/", "carrera"),
        })
        {
            Assert.Equal(text, await zk.TextAsync(path));
        }
    }

    [RequiresZooKeeperFact]
    public async Task BindAndCreate_AsTheConsoleDid_WriteItsBytes()
    {
        await using ZkEnsemble zk = await ZkEnsemble.CreateInitializedAsync(fixture);

        await zk.WritesAsync(FirstProxy);
        Assert.Equal(ZkEnsemble.Recorded("09-addPProxy__pproxy_127.0.0.1-9613.json"), await zk.TextAsync($"/pproxy/{First}"));

        await zk.WritesAsync("topic", "create", "orders", "--cluster", "R_default", "--tps", "1000", "--alarm-group", "ops");
        Assert.Equal(ZkEnsemble.Recorded("12-createTopic__topic_orders.json"), await zk.TextAsync("/topic/orders"));
        Assert.Equal(ZkEnsemble.Recorded("12-createTopic__pproxy_127.0.0.1-9613.json"), await zk.TextAsync($"/pproxy/{First}"));

        await zk.WritesAsync("topic", "create", "orders_later", "--cluster", "R_default", "--tps", "500", "--delay", "--alarm-group", "");
        await zk.WritesAsync("topic", "create", "R_test_chronos_inner_0", "--cluster", "R_default", "--tps", "3000");
        await zk.WritesAsync("topic", "create", "orders_batch", "--cluster", "R_default", "--tps", "1001", "--alarm-group", "ops");
        Assert.Equal(ZkEnsemble.Recorded("14-createTopic__topic_orders_later.json"), await zk.TextAsync("/topic/orders_later"));
        Assert.Equal(ZkEnsemble.Recorded("15-createTopic__topic_R_test_chronos_inner_0.json"), await zk.TextAsync("/topic/R_test_chronos_inner_0"));
        Assert.Equal(ZkEnsemble.Recorded("16-createTopic__pproxy_127.0.0.1-9613.json"), await zk.TextAsync($"/pproxy/{First}"));

        await zk.WritesAsync("topic", "set", "orders", "--tps", "2001");
        Assert.Equal(ZkEnsemble.Recorded("20-editTopic__topic_orders.json"), await zk.TextAsync("/topic/orders"));
        await zk.WritesAsync("bind", Second, "--like", First, "--topic", "orders");
        Assert.Equal(ZkEnsemble.Recorded("21-addPProxyByTopic__pproxy_127.0.0.1-9614.json"), await zk.TextAsync($"/pproxy/{Second}"));
        Assert.Equal(ZkEnsemble.Recorded("21-addPProxyByTopic__topic_orders.json"), await zk.TextAsync("/topic/orders"));

        await zk.WritesAsync("topic", "create", "payments", "--cluster", "R_default", "--tps", "1001", "--alarm-group", "ops");
        Assert.Equal(ZkEnsemble.Recorded("22-createTopic__topic_payments.json"), await zk.TextAsync("/topic/payments"));
        Assert.Equal(ZkEnsemble.Recorded("22-createTopic__pproxy_127.0.0.1-9614.json"), await zk.TextAsync($"/pproxy/{Second}"));

        await zk.WritesAsync("topic", "set", "orders_batch", "--tps", "900", "--auto-batch", "--set", "compressType=SNAPPY", "--set", "alarmGroup=运维,a\"b/c<d", "--proxy", First);
        Assert.Equal(ZkEnsemble.Recorded("24-editTopic__topic_orders_batch.json"), await zk.TextAsync("/topic/orders_batch"));
        await zk.WritesAsync("unbind", First, "--topic", "orders_later");
        Assert.Equal(ZkEnsemble.Recorded("31-removePProxyByTopic__topic_orders_later.json"), await zk.TextAsync("/topic/orders_later"));
    }

    [RequiresZooKeeperFact]
    public async Task ClusterSet_KafkaForAGroup_IsWhatTheConsoleWrites()
    {
        await using ZkEnsemble zk = await ZkEnsemble.CreateInitializedAsync(fixture);
        foreach (string instance in new[] { First, Second, "127.0.0.1:9616" })
        {
            // The operator of the recorded run also set the number of Kafka clients to 1; with 0 that is what the command chooses.
            string node = ZkEnsemble.Recorded("09-addPProxy__pproxy_127.0.0.1-9613.json")
                .Replace("\"kafkaProducers\":3", "\"kafkaProducers\":0", StringComparison.Ordinal)
                .Replace($"\"instance\":\"{First}\"", $"\"instance\":\"{instance}\"", StringComparison.Ordinal)
                .Replace("\"P_ddmq\",\"topics\":[]", "\"P_ddmq\",\"topics\":[\"R_test_chronos_inner_0\",\"orders_batch\",\"payments\",\"orders\",\"orders_later\"]", StringComparison.Ordinal);
            await zk.SetAsync($"/pproxy/{instance}", node);
        }

        await zk.WritesAsync("cluster", "set", "K_default", "--proxy-cluster", "P_ddmq", "--kafka", "127.0.0.1:19092");
        Assert.Equal(ZkEnsemble.Recorded("49-pushPProxyConfigByCluster__pproxy_127.0.0.1-9614.json"), await zk.TextAsync($"/pproxy/{Second}"));
        await zk.WritesAsync("topic", "create", "clicks", "--cluster", "K_default", "--tps", "800", "--alarm-group", "ops");
        Assert.Equal(ZkEnsemble.Recorded("52-createTopic__topic_clicks.json"), await zk.TextAsync("/topic/clicks"));
        Assert.Equal(ZkEnsemble.Recorded("52-createTopic__pproxy_127.0.0.1-9616.json"), await zk.TextAsync("/pproxy/127.0.0.1:9616"));

        CliRun inUse = await zk.RunAsync("cluster", "set", "K_default", "--proxy", First, "--remove", "--yes");
        Assert.Equal(1, inUse.ExitCode);
        Assert.Contains("serves topics on K_default: clicks", inUse.Error);
        CliRun changed = await zk.WritesAsync("cluster", "set", "R_default", "--proxy", First, "--rocketmq", "127.0.0.1:19876,127.0.0.1:19877", "--set", "sendMsgTimeout=5000");
        Assert.Equal(
            [
                $"~ /pproxy/{First} (version 2)",
                "    carreraConfiguration.rocketmqConfigurationMap.R_default.namesrvAddrs: + 127.0.0.1:19877",
                "    carreraConfiguration.rocketmqConfigurationMap.R_default.sendMsgTimeout: 3000 -> 5000",
                "1 node written",
            ],
            changed.OutLines);

        await zk.WritesAsync("topic", "delete", "clicks");
        await zk.WritesAsync("cluster", "set", "K_default", "--proxy", First, "--remove");
        Assert.Contains("\"brokerClusters\":[\"R_default\"]", await zk.TextAsync($"/pproxy/{First}"));
        Assert.Contains("\"useKafka\":false", await zk.TextAsync($"/pproxy/{First}"));
    }

    [RequiresZooKeeperFact]
    public async Task Bind_AllTopics_TakesThoseNobodyServesAndWhatThePreviousNodeServed()
    {
        await using ZkEnsemble zk = await ZkEnsemble.CreateInitializedAsync(fixture);
        await zk.WritesAsync(FirstProxy);
        await zk.WritesAsync("topic", "create", "orders", "--cluster", "R_default", "--tps", "1000");
        await zk.SetAsync("/topic/nobodys", """{"topic":"nobodys","topicUnits":[{"brokerCluster":"R_default","maxTps":1024,"proxies":{},"totalMaxTps":10}]}""");
        await zk.SetAsync("/topic/others", """{"topic":"others","topicUnits":[{"brokerCluster":"R_default","maxTps":5,"proxies":{"P_other":["a:1"]},"totalMaxTps":5}]}""");

        await zk.WritesAsync("unbind", First, "--remove-node");
        Assert.Null(await zk.TextAsync($"/pproxy/{First}"));
        Assert.Contains("\"maxTps\":2147483647,\"proxies\":{\"P_ddmq\":[]}", await zk.TextAsync("/topic/orders"));
        await zk.WritesAsync([.. FirstProxy, "--all-topics"]);

        Assert.Contains("\"maxTps\":1000,\"proxies\":{\"P_ddmq\":[\"127.0.0.1:9613\"]}", await zk.TextAsync("/topic/orders"));
        Assert.Contains("\"maxTps\":10,\"proxies\":{\"P_ddmq\":[\"127.0.0.1:9613\"]}", await zk.TextAsync("/topic/nobodys"));
        Assert.Contains("{\"P_other\":[\"a:1\"]}", await zk.TextAsync("/topic/others"));
        Assert.Contains("\"topics\":[\"nobodys\",\"orders\"]", await zk.TextAsync($"/pproxy/{First}"));
    }

    [RequiresZooKeeperFact]
    public async Task BindAndCreate_NodesThatTheConsoleOnlyCreated_GetTheirValues()
    {
        await using ZkEnsemble zk = await ZkEnsemble.CreateInitializedAsync(fixture);
        await zk.SetAsync($"/pproxy/{First}", "carrera");
        await zk.SetAsync("/topic/orders", "carrera");
        await zk.SetAsync("/topic/forgotten", "carrera");

        CliRun bind = await zk.WritesAsync(FirstProxy);
        await zk.WritesAsync("topic", "create", "orders", "--cluster", "R_default", "--tps", "1000", "--alarm-group", "ops");
        await zk.WritesAsync("topic", "delete", "forgotten");

        Assert.Contains($"~ /pproxy/{First} (version 0)\n", bind.Out);
        Assert.Equal(ZkEnsemble.Recorded("12-createTopic__topic_orders.json"), await zk.TextAsync("/topic/orders"));
        Assert.Null(await zk.TextAsync("/topic/forgotten"));
    }

    [RequiresZooKeeperFact]
    public async Task TopicDelete_TopicOfTwoProxies_IsGoneFromEveryWhiteList()
    {
        await using ZkEnsemble zk = await ZkEnsemble.CreateInitializedAsync(fixture);
        await zk.WritesAsync(FirstProxy);
        await zk.WritesAsync("bind", Second, "--like", First);
        await zk.WritesAsync("topic", "create", "orders", "--cluster", "R_default", "--tps", "1000");

        CliRun run = await zk.RunAsync("topic", "delete", "orders", "--yes", "--json");

        using JsonDocument json = JsonDocument.Parse(run.Out);
        Assert.True(json.RootElement.GetProperty("written").GetBoolean());
        Assert.Equal(
            [("/topic/orders", "delete"), ($"/pproxy/{First}", "set"), ($"/pproxy/{Second}", "set")],
            json.RootElement.GetProperty("changes").EnumerateArray().Select(change => (change.GetProperty("path").GetString()!, change.GetProperty("kind").GetString()!)));
        Assert.Null(await zk.TextAsync("/topic/orders"));
        Assert.Contains("\"topics\":[]", await zk.TextAsync($"/pproxy/{Second}"));
        Assert.Equal(1, (await zk.RunAsync("topic", "delete", "orders", "--yes")).ExitCode);
    }

    [RequiresZooKeeperFact]
    public async Task TopicSet_AnotherCluster_MovesTheTopicAndTheWhiteLists()
    {
        await using ZkEnsemble zk = await ZkEnsemble.CreateInitializedAsync(fixture);
        await zk.WritesAsync(FirstProxy);
        await zk.WritesAsync("bind", Second, "--kafka", "127.0.0.1:9092", "--cluster", "K_a", "--proxy-cluster", "P_two");
        await zk.WritesAsync("topic", "create", "orders", "--cluster", "R_default", "--tps", "1000");

        CliRun run = await zk.WritesAsync("topic", "set", "orders", "--cluster", "K_a", "--tps", "70", "--remove-cluster", "R_default", "--strong-order");

        Assert.Contains(
            "\"strongOrder\":true,\"topic\":\"orders\",\"topicUnits\":[{\"brokerCluster\":\"K_a\",\"maxTps\":70,\"proxies\":{\"P_two\":[\"127.0.0.1:9614\"]},\"totalMaxTps\":70}]",
            await zk.TextAsync("/topic/orders"));
        Assert.Contains("\"topics\":[]", await zk.TextAsync($"/pproxy/{First}"));
        Assert.Contains("\"topics\":[\"orders\"]", await zk.TextAsync($"/pproxy/{Second}"));
        Assert.Contains("topicUnits[0].brokerCluster: \"R_default\" -> \"K_a\"", run.Out);
    }
}
