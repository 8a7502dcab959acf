using System.Collections.Concurrent;
using Ddmq.Core.Messages;
using Ddmq.FunctionalTests.Config.ZooKeeper;
using Ddmq.TestKit.ConsoleNodes;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.Storage;
using Ddmq.Thrift.Client;
using Xunit;

namespace Ddmq.FunctionalTests.LiveConfiguration;

/// <summary>A running proxy follows what is written to ZooKeeper, and survives every mistake in it.</summary>
public sealed class LiveConfigurationTests(ZooKeeperFixture fixture) : LiveNodesTests(fixture)
{
    [RequiresZooKeeperFact]
    public async Task Start_NodesThere_ServesTheWhiteListAndNothingElse()
    {
        await Console.WriteTopicAsync("orders", "R_a");
        await Console.WriteTopicAsync("unlisted", "R_a");
        await Console.WriteAsync("/topic/others", ConsoleLike.Topic("others", "R_a").Replace(ConsoleLike.Instance, "127.0.0.1:9613", StringComparison.Ordinal));
        await Console.WriteTopicAsync("kept", "embedded");
        await Console.WriteOwnAsync(["orders", "others", "kept"], ["R_a"]);

        await using LiveProxy proxy = await LiveProxy.StartAsync(Address);

        Assert.Equal(SendStatus.Ok, await proxy.SendAsync("orders"));
        Assert.Equal(SendStatus.Ok, await proxy.SendAsync("kept"));
        Assert.Equal(SendStatus.TopicNotAllowed, await proxy.SendAsync("unlisted"));
        Assert.Equal(SendStatus.TopicNotAllowed, await proxy.SendAsync("others"));
        Assert.Equal(SendStatus.TopicNotAllowed, await proxy.SendAsync("nobody-knows-it"));
        Assert.Single(Assert.Single(proxy.Clients["R_a"]).Stored);
        Assert.Equal("200 ok\n", await proxy.ReadyzAsync());
    }

    [RequiresZooKeeperFact]
    public async Task Nodes_Changed_AreInForceWithoutRestart()
    {
        await Console.WriteOwnAsync([], []);
        await using LiveProxy proxy = await LiveProxy.StartAsync(Address);

        // The first cluster of each kind, and topics on them.
        await Console.WriteTopicAsync("orders", "R_a");
        await Console.WriteTopicAsync("clicks", "K_a");
        await Console.WriteOwnAsync(["orders", "clicks"], ["R_a"], ["K_a"]);
        await proxy.AnswersAsync("orders", SendStatus.Ok);
        await proxy.AnswersAsync("clicks", SendStatus.Ok);

        // A topic becomes a delay topic, and an ordinary one again.
        await Console.WriteAsync("/topic/orders", ConsoleLike.Topic("orders", "R_a").Replace("\"delayTopic\":false", "\"delayTopic\":true", StringComparison.Ordinal));
        await proxy.AnswersAsync("orders", SendStatus.DelayTopic);
        await Console.WriteTopicAsync("orders", "R_a", maxTps: 77);
        await proxy.AnswersAsync("orders", SendStatus.Ok);
        await proxy.LoggedAsync("topic orders: R_a.maxTps 1000 -> 77, R_a.totalMaxTps 1000 -> 77, delayTopic true -> false");

        // The cluster's settings: a new client, the old one goes.
        MemoryStore old = Assert.Single(proxy.Clients["R_a"]);
        await Console.WriteOwnAsync(["orders", "clicks"], ["R_a"], ["K_a"], address: "127.0.0.1:9877");
        await old.Disposed.WaitAsync(Patience.Limit);
        Assert.Equal(SendStatus.Ok, await proxy.SendAsync("orders"));
        Assert.Single(proxy.Clients["R_a"].Last().Stored);

        // The last cluster of a kind, while its topic is still there; then the topic.
        await Console.WriteOwnAsync(["orders", "clicks"], ["R_a"], [], address: "127.0.0.1:9877");
        await proxy.AnswersAsync("clicks", SendStatus.NoProducerForCluster);
        await proxy.SaysAsync("/topic/clicks version");
        await Console.WriteOwnAsync(["orders"], ["R_a"], [], address: "127.0.0.1:9877");
        await proxy.AnswersAsync("clicks", SendStatus.TopicNotAllowed);
        Assert.Equal(SendStatus.Ok, await proxy.SendAsync("orders"));

        // No units any more.
        await Console.WriteAsync("/topic/orders", """{"topic":"orders","topicUnits":[]}""");
        await proxy.AnswersAsync("orders", SendStatus.TopicNotAllowed);
        Assert.Equal("200 ok\n", await proxy.ReadyzAsync());
    }

    [RequiresZooKeeperFact]
    public async Task LimiterBatchAndDelaySettings_Changed_AreInForceWithoutRestart()
    {
        string own = ConsoleLike.Own(["orders", "X_inner_0"], ["R_a"], [], 3000, "127.0.0.1:9876");
        await Console.WriteTopicAsync("orders", "R_a", maxTps: 0);
        await Console.WriteTopicAsync("X_inner_0", "R_a");
        await Console.WriteAsync(ConsoleLike.OwnPath, own);
        await using LiveProxy proxy = await LiveProxy.StartAsync(Address);
        Assert.Equal(SendStatus.Ok, await proxy.SendAsync("orders"));
        Assert.Equal(SendStatus.Ok, await proxy.SendAsync("X_inner_0"));

        string limited = own.Replace("\"useRequestLimiter\":false", "\"useRequestLimiter\":true", StringComparison.Ordinal);
        await Console.WriteAsync(ConsoleLike.OwnPath, limited);
        await proxy.AnswersAsync("orders", SendStatus.RateLimited);
        await Console.WriteTopicAsync("orders", "R_a", maxTps: 1_000_000);
        await proxy.AnswersAsync("orders", SendStatus.Ok);
        await Console.WriteTopicAsync("orders", "R_a", maxTps: 0);
        await proxy.AnswersAsync("orders", SendStatus.RateLimited);
        await Console.WriteAsync(ConsoleLike.OwnPath, own);
        await proxy.AnswersAsync("orders", SendStatus.Ok);
        await proxy.LoggedAsync("useRequestLimiter true -> false");

        await Console.WriteAsync(ConsoleLike.OwnPath, own.Replace("R_inner_", "X_inner_", StringComparison.Ordinal));
        await proxy.AnswersAsync("X_inner_0", SendStatus.IllegalMessage);
        await proxy.LoggedAsync("delay.chronosInnerTopicPrefix ");

        await Console.WriteAsync(ConsoleLike.OwnPath, own.Replace("\"useAutoBatch\":false", "\"autoBatch\":{\"maxBatchMessagesNumber\":7},\"useAutoBatch\":true", StringComparison.Ordinal));
        await proxy.LoggedAsync("useAutoBatch false -> true");
        await proxy.LoggedAsync("autoBatch.maxBatchMessagesNumber");
        await proxy.AnswersAsync("X_inner_0", SendStatus.Ok);
    }

    [RequiresZooKeeperFact]
    public async Task Nodes_ChangedUnderLoad_NoRequestFails()
    {
        const int Clients = 8;
        await Console.WriteTopicAsync("orders", "R_a");
        await Console.WriteTopicAsync("steady", "R_a");
        await Console.WriteOwnAsync(["orders", "steady"], ["R_a"]);
        await using LiveProxy proxy = await LiveProxy.StartAsync(Address);
        using var done = new CancellationTokenSource();
        var answers = new ConcurrentDictionary<SendStatus, int>();
        Task[] load = [.. Enumerable.Range(0, Clients).Select(number => Task.Run(async () =>
        {
            await using ProducerClient client = await proxy.ConnectAsync();
            for (int i = 0; !done.IsCancellationRequested; i++)
            {
                SendStatus status = await LiveProxy.SendAsync(client, i % 2 == 0 ? "orders" : "steady", $"{number}-{i}");
                answers.AddOrUpdate(status, 1, (_, count) => count + 1);
            }
        }))];

        for (int round = 1; round <= 15; round++)
        {
            // Limits, the cluster's settings, the topic's cluster and back, other topics and clusters that come and go.
            await Console.WriteTopicAsync("orders", "R_a", maxTps: 1000 + round);
            await Console.WriteOwnAsync(["orders", "steady", "fresh"], ["R_a", "R_b"], ["K_a"], address: $"127.0.0.1:{9000 + round}");
            await Console.WriteTopicAsync("orders", round % 2 == 0 ? "R_b" : "K_a", maxTps: 2000 + round);
            await proxy.LoggedAsync($"maxTps (none) -> {2000 + round}");
            await Console.WriteTopicAsync("orders", "R_a", maxTps: 3000 + round);
            await proxy.LoggedAsync($"maxTps (none) -> {3000 + round}");
            await Console.WriteOwnAsync(["orders", "steady"], ["R_a"], [], maxTps: 4000 + round, address: $"127.0.0.1:{9500 + round}");
            await proxy.LoggedAsync($"maxTps 3000 -> {4000 + round}");
        }

        await done.CancelAsync();
        await Task.WhenAll(load).WaitAsync(Patience.Limit);
        Assert.Equal([SendStatus.Ok], answers.Keys);
        List<(string, string?)> stored = [.. proxy.Clients.Values.SelectMany(clients => clients).SelectMany(client => client.Stored)];
        Assert.Equal(answers[SendStatus.Ok], stored.Count);
        Assert.Equal(stored.Count, stored.Distinct().Count());
    }

    [RequiresZooKeeperFact]
    public async Task BadEdits_AreRefusedShownAndHarmless_NextGoodOneIsTaken()
    {
        await Console.WriteTopicAsync("orders", "R_a");
        await Console.WriteOwnAsync(["orders"], ["R_a"]);
        await using LiveProxy proxy = await LiveProxy.StartAsync(Address);

        await Console.WriteAsync("/topic/orders", "{broken");
        await proxy.SaysAsync("configuration: /topic/orders version 2: /topic/orders: not valid JSON");
        Assert.Equal(SendStatus.Ok, await proxy.SendAsync("orders"));

        await Console.WriteAsync(ConsoleLike.OwnPath, ConsoleLike.Own(["orders"], ["R_a"], [], 0, "127.0.0.1:9876"));
        await proxy.SaysAsync("carreraConfiguration.maxTps: \"0\" is out of range");
        await Console.WriteAsync("/topic/orders", ConsoleLike.Topic("orders", "R_nosuch"));
        await proxy.SaysAsync("names the cluster R_nosuch");
        Assert.Equal(SendStatus.Ok, await proxy.SendAsync("orders"));
        Assert.StartsWith("200 ok\n", await proxy.ReadyzAsync());
        string metrics = await proxy.Admin.GetStringAsync("/metrics");
        Assert.Contains("\nddmq_config_refused_nodes 2\n", metrics);
        Assert.Contains("\nddmq_config_refusals_total 3\n", metrics);
        Assert.Equal(3, proxy.Log.Lines.Count(line => line.Text.StartsWith("Refused: ", StringComparison.Ordinal)));

        await Console.WriteOwnAsync(["orders"], ["R_a"], maxTps: 5);
        await Console.WriteTopicAsync("orders", "R_a", maxTps: 6);
        await proxy.SaysAsync("200 ok\n");
        await LiveProxy.UntilAsync(
            async () => (await proxy.Admin.GetStringAsync("/metrics")).Contains("\nddmq_config_refused_nodes 0\n", StringComparison.Ordinal), () => "still refused");
    }

    [RequiresZooKeeperFact]
    public async Task Nodes_Deleted_StayInForce()
    {
        await Console.WriteTopicAsync("orders", "R_a");
        await Console.WriteOwnAsync(["orders"], ["R_a"]);
        await using LiveProxy proxy = await LiveProxy.StartAsync(Address);

        Assert.Equal(Ddmq.Config.ZooKeeper.ZooKeeperError.Ok, await Console.Session.DeleteAsync("/topic/orders", -1));
        Assert.Equal(Ddmq.Config.ZooKeeper.ZooKeeperError.Ok, await Console.Session.DeleteAsync(ConsoleLike.OwnPath, -1));

        await proxy.SaysAsync("/topic/orders: the node does not exist");
        await proxy.SaysAsync($"{ConsoleLike.OwnPath}: the node does not exist");
        Assert.Equal(SendStatus.Ok, await proxy.SendAsync("orders"));

        await Console.WriteOwnAsync([], ["R_a"]);
        await proxy.AnswersAsync("orders", SendStatus.TopicNotAllowed);
        Assert.Equal("200 ok\n", await proxy.ReadyzAsync());
    }

    [RequiresZooKeeperFact]
    public async Task ConsoleRun_AllItsWrites_LeaveTheProxyWithWhatTheLastOnesSay()
    {
        await using LiveProxy proxy = LiveProxy.Begin(Address);
        foreach (ConsoleWrite write in ConsoleWrite.All.Where(write => write.Path.StartsWith("topic/", StringComparison.Ordinal) || write.Path == "pproxy/127.0.0.1:9613"))
        {
            string path = "/" + write.Path.Replace("127.0.0.1:9613", ConsoleLike.Instance, StringComparison.Ordinal);
            if (write.Bytes is null)
            {
                Assert.Equal(Ddmq.Config.ZooKeeper.ZooKeeperError.Ok, await Console.Session.DeleteAsync(path, -1));
                continue;
            }

            string text = System.Text.Encoding.UTF8.GetString(write.Bytes).Replace("127.0.0.1:9613", ConsoleLike.Instance, StringComparison.Ordinal);
            await Console.WriteAsync(path, text);
        }

        await proxy.AnswersAsync("orders", SendStatus.Ok);
        await proxy.AnswersAsync("clicks", SendStatus.Ok);
        await proxy.AnswersAsync("live", SendStatus.TopicNotAllowed);
        await proxy.AnswersAsync("orders_later", SendStatus.DelayTopic);
        await proxy.AnswersAsync("R_test_chronos_inner_0", SendStatus.IllegalMessage);
        await proxy.SaysAsync("200 ok\n");
    }
}
