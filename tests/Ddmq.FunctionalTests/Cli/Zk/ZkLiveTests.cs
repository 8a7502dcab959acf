using System.Text.Json;
using Ddmq.Core.Messages;
using Ddmq.FunctionalTests.Config.ZooKeeper;
using Ddmq.FunctionalTests.LiveConfiguration;
using Ddmq.TestKit.Proxy;
using Ddmq.TestKit.Requirements;
using Xunit;

namespace Ddmq.FunctionalTests.Cli.Zk;

/// <summary>A running proxy takes over what <c>ddmq zk</c> writes, and tells what it has in force and had before.</summary>
public sealed class ZkLiveTests(ZooKeeperFixture fixture) : IClassFixture<ZooKeeperFixture>
{
    // The port of the proxy's file is 0: it takes a free one.
    private const string Instance = "127.0.0.1:0";
    private static readonly string[] Bind = ["bind", Instance, "--rocketmq", "127.0.0.1:9876", "--cluster", "R_a", "--proxy-cluster", "P_a"];

    [RequiresZooKeeperFact]
    public async Task Verbs_RunningProxy_ServesWhatTheyWrite()
    {
        await using ZkEnsemble zk = await ZkEnsemble.CreateInitializedAsync(fixture);
        await using LiveProxy proxy = LiveProxy.Begin(zk.Address);
        await proxy.SaysAsync($"ddmq zk bind {Instance}");

        await zk.WritesAsync(Bind);
        await proxy.ReadyAsync();
        await zk.WritesAsync("topic", "create", "orders", "--cluster", "R_a", "--tps", "100");
        await proxy.AnswersAsync("orders", SendStatus.Ok);

        await zk.WritesAsync("topic", "set", "orders", "--delay");
        await proxy.AnswersAsync("orders", SendStatus.DelayTopic);
        await zk.WritesAsync("topic", "set", "orders", "--delay", "false");
        await proxy.AnswersAsync("orders", SendStatus.Ok);

        await zk.WritesAsync("cluster", "set", "K_a", "--proxy", Instance, "--kafka", "127.0.0.1:9092");
        await zk.WritesAsync("topic", "create", "clicks", "--cluster", "K_a", "--tps", "100");
        await proxy.AnswersAsync("clicks", SendStatus.Ok);
        Assert.Single(Assert.Single(proxy.Clients["K_a"]).Stored);

        await zk.WritesAsync("unbind", Instance, "--topic", "orders");
        await proxy.AnswersAsync("orders", SendStatus.TopicNotAllowed);
        await zk.WritesAsync("bind", Instance, "--all-topics");
        await proxy.AnswersAsync("orders", SendStatus.Ok);
        await zk.WritesAsync("topic", "delete", "clicks");
        await proxy.AnswersAsync("clicks", SendStatus.TopicNotAllowed);
        Assert.Equal("200 ok\n", await proxy.ReadyzAsync());
    }

    [RequiresZooKeeperFact]
    public async Task Show_RunningProxy_TellsWhatDiffers()
    {
        await using ZkEnsemble zk = await ZkEnsemble.CreateInitializedAsync(fixture);
        await zk.WritesAsync(Bind);
        await zk.WritesAsync("topic", "create", "orders", "--cluster", "R_a", "--tps", "100");
        await using LiveProxy proxy = await LiveProxy.StartAsync(
            zk.Address, options => options.DefaultTopicInfoConf.Topics.Add(new Ddmq.Config.TopicOptions { Topic = "of-the-file" }));
        string admin = proxy.Admin.BaseAddress!.ToString();

        // Where ZooKeeper is, the proxy says.
        CliRun same = await CliRun.RunAsync(["zk", "show", "--admin", admin]);
        Assert.Equal((0, ""), (same.ExitCode, same.Error));
        Assert.Matches(@"^proxy      127\.0\.0\.1:0\nin force   version 1 since .*Z, from ZooKeeper ", same.Out);
        Assert.Matches(@"\nno difference: \d+ settings and 1 topic\n$", same.Out);

        // A bad edit stays without effect, and is shown.
        string topic = (await zk.TextAsync("/topic/orders"))!;
        string own = (await zk.TextAsync($"/pproxy/{Instance}"))!;
        await zk.SetAsync("/topic/orders", "{broken");
        await proxy.SaysAsync("/topic/orders version 1");
        await zk.SetAsync($"/pproxy/{Instance}", own.Replace("\"maxTps\":3000", "\"maxTps\":0", StringComparison.Ordinal));
        CliRun bad = await CliRun.RunAsync(["zk", "show", "--admin", admin]);
        Assert.Equal(5, bad.ExitCode);
        Assert.Contains($"~ /pproxy/{Instance} (version 2): /pproxy/{Instance}:1:", bad.Out);
        await zk.SetAsync($"/pproxy/{Instance}", own);

        CliRun different = await CliRun.RunAsync(["zk", "show", "--admin", admin, "--json", "--zookeeper", zk.Address, "--proxy", Instance]);
        Assert.Equal(5, different.ExitCode);
        using JsonDocument json = JsonDocument.Parse(different.Out);
        Assert.False(json.RootElement.GetProperty("same").GetBoolean());
        JsonElement node = Assert.Single(json.RootElement.GetProperty("nodes").EnumerateArray());
        Assert.Equal(("/topic/orders", 1), (node.GetProperty("path").GetString(), node.GetProperty("version").GetInt32()));
        Assert.Contains("not valid JSON", node.GetProperty("problem").GetString());

        // A good one is in force a moment later.
        await zk.SetAsync("/topic/orders", topic);
        await zk.WritesAsync("topic", "set", "orders", "--tps", "50");
        CliRun waited = await CliRun.RunAsync(["zk", "show", "--admin", admin, "--wait", "60s"]);
        Assert.True(waited.ExitCode == 0, waited.Out);

        CliRun wrong = await CliRun.RunAsync(["zk", "show", "--admin", admin, "--proxy", "10.0.0.11:9613"]);
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("is the admin API of 127.0.0.1:0, not of 10.0.0.11:9613", wrong.Error);
    }

    [RequiresZooKeeperFact]
    public async Task Show_ProxyThatLostZooKeeper_ShowsOldAndNewValues()
    {
        await using ZkEnsemble zk = await ZkEnsemble.CreateInitializedAsync(fixture);
        await zk.WritesAsync(Bind);
        await zk.WritesAsync("topic", "create", "orders", "--cluster", "R_a", "--tps", "100");
        await using ZkEnsemble elsewhere = await ZkEnsemble.CreateInitializedAsync(fixture);
        await elsewhere.SetAsync($"/pproxy/{Instance}", (await zk.TextAsync($"/pproxy/{Instance}"))!
            .Replace("\"maxTps\":3000", "\"maxTps\":4000", StringComparison.Ordinal).Replace("\"topics\":[\"orders\"]", "\"topics\":[\"orders\",\"more\"]", StringComparison.Ordinal));
        await elsewhere.SetAsync("/topic/orders", (await zk.TextAsync("/topic/orders"))!.Replace("\"maxTps\":100", "\"maxTps\":7", StringComparison.Ordinal));
        await elsewhere.SetAsync("/topic/more", (await zk.TextAsync("/topic/orders"))!.Replace("\"orders\"", "\"more\"", StringComparison.Ordinal));
        await using LiveProxy proxy = await LiveProxy.StartAsync(zk.Address);

        CliRun run = await CliRun.RunAsync(["zk", "show", "--admin", proxy.Admin.BaseAddress!.ToString(), "--zookeeper", elsewhere.Address]);

        Assert.Equal(5, run.ExitCode);
        Assert.Contains($"~ /pproxy/{Instance} (version 0)\n    maxTps: 3000 -> 4000\n", run.Out);
        Assert.Contains("~ /topic/orders (version 0)\n    topicUnits[0].maxTps: 100 -> 7\n", run.Out);
        Assert.Contains("~ /topic/more (version 0)\n    topic: \"more\"\n", run.Out);
    }

    [RequiresZooKeeperFact]
    public async Task Rollback_EarlierVersion_BringsItsNodesBack()
    {
        await using ZkEnsemble zk = await ZkEnsemble.CreateInitializedAsync(fixture);
        await zk.WritesAsync(Bind);
        await zk.WritesAsync("topic", "create", "orders", "--cluster", "R_a", "--tps", "100");
        await zk.WritesAsync("topic", "create", "payments", "--cluster", "R_a", "--tps", "10");
        await using LiveProxy proxy = await LiveProxy.StartAsync(zk.Address);
        string admin = proxy.Admin.BaseAddress!.ToString();
        await SavedAsync(admin, 1);
        (string? own, string? orders) = (await zk.TextAsync($"/pproxy/{Instance}"), await zk.TextAsync("/topic/orders"));

        await zk.WritesAsync("topic", "set", "orders", "--delay");
        await SavedAsync(admin, 2);
        await zk.WritesAsync("topic", "create", "later", "--cluster", "R_a", "--tps", "10");
        await SavedAsync(admin, 3);

        CliRun history = await CliRun.RunAsync(["zk", "history", "--admin", admin]);
        Assert.Equal(["VERSION", "SAVED", "CHANGED"], Words(history.OutLines[0]));
        Assert.EndsWith($"/pproxy/{Instance} /topic/later", history.OutLines[1]);
        Assert.EndsWith("Z  /topic/orders", history.OutLines[2]);
        Assert.EndsWith("(the oldest that is kept)", history.OutLines[3]);

        CliRun since = await CliRun.RunAsync(["zk", "history", "1", "--admin", admin]);
        Assert.Contains("    delayTopic: false -> true\n", since.Out);
        Assert.Contains("    topics: + later\n", since.Out);
        Assert.Contains("+ /topic/later\n", since.Out);

        CliRun back = await CliRun.RunAsync(["zk", "rollback", "1", "--admin", admin, "--yes"]);
        Assert.Equal((0, ""), (back.ExitCode, back.Error));
        Assert.Contains("    delayTopic: true -> false\n", back.Out);
        Assert.Contains("    topics: - later\n", back.Out);
        Assert.Contains("2 nodes written\ntopic later came later: it goes off the white list, its node stays\n", back.Out);
        Assert.Equal((own, orders), (await zk.TextAsync($"/pproxy/{Instance}"), await zk.TextAsync("/topic/orders")));
        Assert.NotNull(await zk.TextAsync("/topic/later"));
        await proxy.AnswersAsync("orders", SendStatus.Ok);
        await proxy.AnswersAsync("later", SendStatus.TopicNotAllowed);

        CliRun again = await CliRun.RunAsync(["zk", "rollback", "1", "--admin", admin, "--yes"]);
        Assert.Equal("nothing to change\n", again.Out);
        CliRun none = await CliRun.RunAsync(["zk", "rollback", "99", "--admin", admin, "--yes"]);
        Assert.Equal(1, none.ExitCode);
        Assert.Contains("there is no saved version 99; ddmq zk history lists", none.Error);
    }

    [Fact]
    public async Task ShowAndHistory_ProxyWithoutZooKeeper_SaySo()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        string admin = proxy.Admin.BaseAddress!.ToString();

        foreach (string[] verb in new[] { new[] { "show" }, ["history"], ["history", "1"] })
        {
            CliRun run = await CliRun.RunAsync(["zk", .. verb, "--admin", admin]);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains("takes its configuration from its file alone", run.Error);
        }
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    // The proxy saves in the background.
    private static Task SavedAsync(string admin, int version) => LiveProxy.UntilAsync(
        async () =>
        {
            using JsonDocument json = JsonDocument.Parse((await CliRun.RunAsync(["zk", "history", "--json", "--admin", admin])).Out);
            return json.RootElement.EnumerateArray().Any(saved => saved.GetProperty("version").GetInt64() == version);
        },
        () => $"version {version} is not saved");
}
