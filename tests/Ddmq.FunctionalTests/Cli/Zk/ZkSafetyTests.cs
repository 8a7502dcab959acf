using System.Diagnostics;
using Ddmq.Cli;
using Ddmq.Config.ZooKeeper;
using Ddmq.FunctionalTests.Config.ZooKeeper;
using Ddmq.TestKit;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.ZooKeeper;
using Xunit;

namespace Ddmq.FunctionalTests.Cli.Zk;

/// <summary>Nobody's work is overwritten, nothing bad is written, and nothing without being asked for.</summary>
public sealed class ZkSafetyTests(ZooKeeperFixture fixture) : IClassFixture<ZooKeeperFixture>
{
    private const string Proxy = "127.0.0.1:9613";

    [RequiresZooKeeperFact]
    public async Task Write_TwoWritersAtOnce_KeepEachOthersTopics()
    {
        const int Writers = 6;
        await using ZkEnsemble zk = await BoundAsync();

        string[] topics = [.. Enumerable.Range(0, Writers).Select(i => $"topic-{i}")];
        int conflicts = 0;
        await Task.WhenAll(topics.Select(async topic =>
        {
            // Exit code 4 means: run it again.
            while (true)
            {
                CliRun run = await zk.RunAsync("topic", "create", topic, "--cluster", "R_a", "--tps", "10", "--yes");
                if (run.ExitCode == 0)
                {
                    return;
                }

                Assert.True(run.ExitCode == 4, run.Error);
                Interlocked.Increment(ref conflicts);
            }
        })).WaitAsync(Patience.Limit);

        string own = (await zk.TextAsync($"/pproxy/{Proxy}"))!;
        Assert.All(topics, topic => Assert.Contains($"\"{topic}\"", own));
        Assert.Equal(Writers, (await zk.Session.GetChildrenAsync("/topic")).Value!.Count);
        Assert.Equal(Writers, (await zk.Session.ExistsAsync($"/pproxy/{Proxy}")).Value.Version);
    }

    [RequiresZooKeeperFact]
    public async Task Write_NodeEditedBetweenReadAndWrite_WritesNothingAndSaysWhoseVersion()
    {
        await using ZkEnsemble zk = await BoundAsync();
        await zk.WritesAsync("topic", "create", "orders", "--cluster", "R_a", "--tps", "10");
        string own = (await zk.TextAsync($"/pproxy/{Proxy}"))!;

        CliRun edited = await AnswerAsync(zk, "y", () => zk.SetAsync($"/pproxy/{Proxy}", own), "topic", "delete", "orders");
        CliRun created = await AnswerAsync(zk, "y", () => zk.SetAsync("/topic/payments", "{}"), "topic", "create", "payments", "--cluster", "R_a", "--tps", "5");
        CliRun deleted = await AnswerAsync(zk, "y", () => zk.Session.DeleteAsync("/topic/orders", -1), "topic", "set", "orders", "--tps", "5");

        Assert.Equal(4, edited.ExitCode);
        Assert.EndsWith(
            $"ddmq: somebody else changed /pproxy/{Proxy} meanwhile (version 1 -> 2); nothing was written, run the command again\n", edited.Error);
        Assert.Equal(4, created.ExitCode);
        Assert.Contains("somebody else created /topic/payments meanwhile; nothing was written", created.Error);
        Assert.Equal(4, deleted.ExitCode);
        Assert.Contains("somebody else deleted /topic/orders meanwhile (version 0)", deleted.Error);
        Assert.Equal(own, await zk.TextAsync($"/pproxy/{Proxy}"));
        Assert.Equal("{}", await zk.TextAsync("/topic/payments"));
    }

    [RequiresZooKeeperFact]
    public async Task Write_AskedFirst_WritesOnlyWithYes()
    {
        await using ZkEnsemble zk = await BoundAsync();
        string before = await zk.DumpAsync();
        string[] create = ["topic", "create", "orders", "--cluster", "R_a", "--tps", "10"];

        CliRun no = await AnswerAsync(zk, "", () => Task.CompletedTask, create);
        CliRun pipe = await CliRun.RunAsync(["zk", .. create, "--zookeeper", zk.Address], input: "y\n"u8.ToArray());
        CliRun dry = await zk.RunAsync([.. create, "--dry-run"]);
        Assert.Equal(before, await zk.DumpAsync());
        CliRun yes = await AnswerAsync(zk, "yes", () => Task.CompletedTask, create);

        Assert.Equal((1, 2, 0, 0), (no.ExitCode, pipe.ExitCode, dry.ExitCode, yes.ExitCode));
        Assert.Equal("write 2 nodes? [y/N] ddmq: nothing was written\n", no.Error);
        Assert.Contains("add --yes", pipe.Error);
        Assert.EndsWith("2 nodes would be written\n", dry.Out);
        Assert.EndsWith("2 nodes written\n", yes.Out);
        Assert.Equal(dry.OutLines[..^1], yes.OutLines[..^1]);
        Assert.Contains("+ /topic/orders", dry.OutLines);
        Assert.Contains("    topics: + orders", dry.OutLines);
    }

    [RequiresZooKeeperFact]
    public async Task Write_SomethingInvalid_IsRefusedAndNothingWritten()
    {
        await using ZkEnsemble zk = await BoundAsync();
        await zk.WritesAsync("topic", "create", "orders", "--cluster", "R_a", "--tps", "10");
        await zk.SetAsync("/topic/broken", "{not json");
        await zk.SetAsync("/pproxy/broken:1", """{"instance":"broken:1"}""");
        string before = await zk.DumpAsync();

        foreach ((int exitCode, string expected, string[] arguments) in new (int, string, string[])[]
        {
            (1, $"/pproxy/{Proxy}:1:", ["cluster", "set", "R_a", "--proxy", Proxy, "--rocketmq", "no address"]),
            (1, "\"R_a\" is a RocketMQ cluster in /pproxy/".Replace("\"", "", StringComparison.Ordinal), ["cluster", "set", "R_a", "--proxy", Proxy, "--kafka", "a:1"]),
            (2, "--set maxMessageSize: \"0\" is out of", ["cluster", "set", "R_a", "--proxy", Proxy, "--set", "maxMessageSize=0"]),
            (2, "did you mean sendMsgTimeout?", ["cluster", "set", "R_a", "--proxy", Proxy, "--set", "sendMsgTimeot=1"]),
            (1, "no proxy has the cluster R_b; they have R_a", ["topic", "create", "payments", "--cluster", "R_b", "--tps", "1"]),
            (2, "--tps 0 is out of range", ["topic", "create", "payments", "--cluster", "R_a", "--tps", "0"]),
            (2, "cannot be a new topic; expected 3 to 128", ["topic", "create", "a b c", "--cluster", "R_a", "--tps", "1"]),
            (1, "topic orders exists", ["topic", "create", "orders", "--cluster", "R_a", "--tps", "1"]),
            (1, "the topic would have no cluster left", ["topic", "set", "orders", "--remove-cluster", "R_a"]),
            (2, "that cannot be changed", ["topic", "set", "orders", "--set", "topic=other"]),
            (1, "is not good, mend or delete it first: /topic/broken: not valid JSON", ["topic", "set", "broken", "--tps", "1"]),
            (1, "is not good, mend or delete it first: /pproxy/broken:1", ["bind", "broken:1", "--topic", "orders"]),
            (1, "ZooKeeper does not know 10.0.0.9:9613 yet", ["bind", "10.0.0.9:9613", "--topic", "orders"]),
            (1, "topic orders is on R_a, and 10.0.0.9:9613 has K_a", ["bind", "10.0.0.9:9613", "--kafka", "a:1", "--cluster", "K_a", "--proxy-cluster", "P_a", "--topic", "orders"]),
            (1, "ZooKeeper has no topic nosuch", ["bind", Proxy, "--topic", "nosuch"]),
            (1, "no proxy belongs to P_b; there are: P_a. Not good: /pproxy/broken:1", ["cluster", "set", "R_a", "--proxy-cluster", "P_b", "--rocketmq", "a:1"]),
            (1, "ZooKeeper has no proxy 10.0.0.9:9613", ["topic", "set", "orders", "--proxy", "10.0.0.9:9613"]),
        })
        {
            CliRun run = await zk.RunAsync([.. arguments, "--yes"]);
            Assert.True(run.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {run.ExitCode} {run.Error}");
            Assert.Contains(expected, run.Error);
            Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
        }

        Assert.Equal(before, await zk.DumpAsync());

        // What is broken is left alone, and said.
        CliRun other = await zk.WritesAsync("topic", "create", "payments", "--cluster", "R_a", "--tps", "1");
        Assert.Contains("left alone: /pproxy/broken:1 (version 0):", other.Out);
    }

    [RequiresZooKeeperFact]
    public async Task Write_MoreThanOneTransactionTakes_IsRefusedBeforeItIsTried()
    {
        await using ZkEnsemble zk = await BoundAsync();
        for (int i = 0; i < 3; i++)
        {
            string topic = $"{{\"padding\":\"{new string('x', 400_000)}\",\"topic\":\"big{i}\",\"topicUnits\":[{{\"brokerCluster\":\"R_a\",\"proxies\":{{}}}}]}}";
            await zk.SetAsync($"/topic/big{i}", topic);
        }

        CliRun run = await zk.RunAsync("bind", Proxy, "--all-topics", "--yes");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("too much for one transaction", run.Error);
        await zk.WritesAsync("bind", Proxy, "--topic", "big0,big1");
    }

    [RequiresZooKeeperFact]
    public async Task Write_NodesOfSomebodyWithCredentials_NeedsThem()
    {
        await using ZkEnsemble zk = await ZkEnsemble.CreateAsync(fixture);
        string[] digest = ["--digest", "ddmq:secret"];

        await zk.WritesAsync(["init", .. digest]);
        CliRun stranger = await zk.RunAsync([.. Bind, "--yes"]);
        await zk.WritesAsync([.. Bind, .. digest]);
        await zk.WritesAsync(["topic", "create", "orders", "--cluster", "R_a", "--tps", "10", .. digest]);
        CliRun byVariable = await CliRun.RunAsync(
            ["zk", "topic", "set", "orders", "--tps", "11", "--yes"],
            variables: new Dictionary<string, string> { ["DDMQ_ZOOKEEPER_ADDR"] = zk.Address, ["DDMQ_ZOOKEEPER_DIGEST_AUTH"] = "ddmq:secret" });

        Assert.Equal((1, 0), (stranger.ExitCode, byVariable.ExitCode));
        Assert.Contains("does not allow to read", stranger.Error);
        Assert.Contains("DDMQ_ZOOKEEPER_DIGEST_AUTH", stranger.Error);
        Assert.Equal(ZooKeeperError.NoAuth, (await zk.Session.GetAsync("/topic/orders")).Error);
        Assert.Equal(ZooKeeperError.Ok, await zk.Session.AddAuthAsync("digest", "ddmq:secret"u8.ToArray()));
        Assert.Contains("\"totalMaxTps\":11", await zk.TextAsync("/topic/orders"));
        await zk.WritesAsync(["topic", "create", "open", "--cluster", "R_a", "--tps", "10", "--acl", "open", .. digest]);
    }

    [RequiresZooKeeperFact]
    public async Task Run_NoParents_SaysHowToMakeThem()
    {
        await using ZkEnsemble zk = await ZkEnsemble.CreateAsync(fixture);

        CliRun run = await zk.RunAsync([.. Bind, "--yes"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("ddmq zk init creates", run.Error);
    }

    [RequiresZooKeeperFact]
    public async Task Run_AddressFromAFile_IsUsed()
    {
        await using ZkEnsemble zk = await BoundAsync();
        using var folder = new ScratchFolder();
        string file = folder.Write("carrera.yaml", $"zookeeperAddr: {zk.Address}\n");

        CliRun run = await CliRun.RunAsync(["zk", "unbind", Proxy, "--remove-node", "--yes", "--config", file]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Null(await zk.TextAsync($"/pproxy/{Proxy}"));
    }

    [RequiresZooKeeperFact]
    public async Task Run_NobodySaysWhereOrNobodyAnswers_SaysWhatWouldBeRight()
    {
        string nowhere = $"http://127.0.0.1:{ZooKeeperServer.FreePort()}";

        CliRun none = await CliRun.RunAsync(["zk", "topic", "delete", "orders", "--admin", nowhere]);
        CliRun wrong = await CliRun.RunAsync(["zk", "topic", "delete", "orders", "--zookeeper", "a:b"]);
        CliRun silent = await CliRun.RunAsync(["zk", "topic", "delete", "orders", "--zookeeper", $"127.0.0.1:{ZooKeeperServer.FreePort()}"]);

        Assert.Equal((2, 2, 3), (none.ExitCode, wrong.ExitCode, silent.ExitCode));
        Assert.Contains($"no ZooKeeper given, and no proxy at {nowhere}/ can be asked either; say where it is with --zookeeper", none.Error);
        Assert.Contains("is not a server; expected host:port", wrong.Error);
        Assert.Contains("does not answer within 10 s", silent.Error);
    }

    [Fact]
    public async Task Run_NativeLibraryMissing_SaysWhichPackageAndOtherVerbsWork()
    {
        // The loader stops at a file of that name which is no library.
        using var folder = new ScratchFolder();
        folder.Write("libzookeeper_mt.so.2", "no library");

        (int code, string error) = await RunProcessAsync(folder.Path, "zk", "init", "--zookeeper", "127.0.0.1:1");
        (int otherCode, string otherError) = await RunProcessAsync(folder.Path, "status", "--admin", $"http://127.0.0.1:{SendCommandTests.FreePort()}");

        Assert.Equal((1, 3), (code, otherCode));
        Assert.Contains("apt-get install -y libzookeeper-mt2", error);
        Assert.Contains("cannot reach the admin API", otherError);
    }

    private static string[] Bind => ["bind", Proxy, "--rocketmq", "127.0.0.1:9876", "--cluster", "R_a", "--proxy-cluster", "P_a"];

    private async Task<ZkEnsemble> BoundAsync()
    {
        ZkEnsemble zk = await ZkEnsemble.CreateInitializedAsync(fixture);
        await zk.WritesAsync(Bind);
        return zk;
    }

    private static Task<CliRun> AnswerAsync(ZkEnsemble zk, string answer, Func<Task> before, params string[] arguments) =>
        CliRun.RunAsync(["zk", .. arguments, "--zookeeper", zk.Address], typed: new TypedAnswer(answer, before));

    private static async Task<(int Code, string Error)> RunProcessAsync(string libraries, params string[] arguments)
    {
        // The command with its own libraries beside it, not the tests'.
        string command = typeof(CommandLine).Assembly.Location.Replace("tests/Ddmq.FunctionalTests", "src/Ddmq.Cli", StringComparison.Ordinal);
        var start = new ProcessStartInfo("dotnet", [command, .. arguments]) { RedirectStandardError = true };
        start.Environment["LD_LIBRARY_PATH"] = libraries;
        using Process process = Process.Start(start)!;
        string error = await process.StandardError.ReadToEndAsync().WaitAsync(Patience.Limit);
        await process.WaitForExitAsync().WaitAsync(Patience.Limit);
        return (process.ExitCode, error);
    }
}
