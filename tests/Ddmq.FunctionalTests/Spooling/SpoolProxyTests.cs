using System.Text.Json;
using Ddmq.Config;
using Ddmq.Core.Messages;
using Ddmq.FunctionalTests.Cli;
using Ddmq.Proxy;
using Ddmq.TestKit;
using Ddmq.TestKit.Proxy;
using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;
using Xunit;

namespace Ddmq.FunctionalTests.Spooling;

/// <summary>The whole proxy with a cluster that fails and comes back.</summary>
public sealed class SpoolProxyTests : IDisposable
{
    private static readonly SendResult Down = SendResult.Failed(SendStatus.Unknown, Stored.No, "broker down");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ScratchFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Send_ClusterDownAndBack_EveryOkIsStoredAndEverythingIsCounted(bool isSilent)
    {
        var store = new SwitchedStore();
        await using TestProxy proxy = await TestProxy.StartAsync(Spooling, store);
        await using ProducerClient client = await proxy.ConnectAsync();
        store.Outcome = () => isSilent ? null : Down;

        var sent = new List<string>();
        for (int i = 0; i < 20; i++)
        {
            Result result = await SendAsync(client, "orders", $"{i}", partition: i % 4);
            Assert.Equal((0, "OK; spooled until cluster embedded takes messages again"), (result.Code, ThriftText.ToText(result.Msg)));
            sent.Add($"{i}");
        }

        Dictionary<string, double> down = await proxy.MetricsAsync();
        Assert.Equal(20, down["ddmq_spool_messages{topic=\"orders\",cluster=\"embedded\"}"]);
        Assert.Equal(20, down["ddmq_messages_outcome_total{topic=\"orders\",outcome=\"spooled\"}"]);
        Assert.True(down["ddmq_spool_bytes{topic=\"orders\",cluster=\"embedded\"}"] > 0);
        CliRun shown = await CliRun.RunAsync(["spool", "--admin", proxy.Admin.BaseAddress!.ToString()]);
        Assert.Equal(0, shown.ExitCode);
        Assert.StartsWith("20 messages wait", shown.OutLines[0], StringComparison.Ordinal);

        store.Outcome = () => SendResult.Ok();
        await WaitUntilEmptyAsync(proxy);

        Assert.Equal(sent.Order(), store.Stored.Order());
        for (int partition = 0; partition < 4; partition++)
        {
            int current = partition;
            Assert.Equal(
                sent.Where(body => int.Parse(body, System.Globalization.CultureInfo.InvariantCulture) % 4 == current),
                store.Stored.Where(body => int.Parse(body, System.Globalization.CultureInfo.InvariantCulture) % 4 == current));
        }

        Dictionary<string, double> after = await proxy.MetricsAsync();
        Assert.Equal(20, after["ddmq_spool_delivered_total{topic=\"orders\",cluster=\"embedded\"}"]);
        Assert.Equal(0, after["ddmq_spool_bytes{topic=\"orders\",cluster=\"embedded\"}"]);
        Assert.Equal(isSilent ? 20 : 0, after["ddmq_spool_possible_duplicates_total{topic=\"orders\",cluster=\"embedded\"}"]);
    }

    [Fact]
    public async Task Metrics_UnderLoadWhileTheClusterComesAndGoes_AddUpAtEveryLook()
    {
        var store = new SwitchedStore();
        await using TestProxy proxy = await TestProxy.StartAsync(Spooling, store);
        using var done = new CancellationTokenSource();
        Task<int>[] senders = [.. Enumerable.Range(0, 4).Select(number => Task.Run(async () =>
        {
            await using ProducerClient client = await proxy.ConnectAsync();
            int ok = 0;
            for (int i = 0; !done.IsCancellationRequested; i++)
            {
                string topic = i % 2 == 0 ? "orders" : "plain";
                Result result = await SendAsync(client, topic, i % 7 == 0 ? "" : $"{number}-{i}", partition: i % 5);
                ok += result.Code == 0 ? 1 : 0;
            }

            return ok;
        }))];

        for (int look = 0; look < 60; look++)
        {
            store.Outcome = (look % 12) switch { < 4 => () => SendResult.Ok(), < 8 => () => Down, _ => () => SendResult.Failed(SendStatus.Timeout, Stored.Unknown) };
            AssertAddsUp(await proxy.MetricsAsync());
        }

        store.Outcome = () => SendResult.Ok();
        await done.CancelAsync();
        int answeredOk = (await Task.WhenAll(senders)).Sum();
        await WaitUntilEmptyAsync(proxy);

        Dictionary<string, double> metrics = await proxy.MetricsAsync();
        AssertAddsUp(metrics);
        Assert.True(metrics["ddmq_messages_outcome_total{topic=\"orders\",outcome=\"spooled\"}"] > 0);
        Assert.True(metrics["ddmq_messages_outcome_total{topic=\"plain\",outcome=\"failed\"}"] > 0);
        Assert.Equal(
            metrics["ddmq_messages_outcome_total{topic=\"orders\",outcome=\"spooled\"}"], metrics["ddmq_spool_spooled_total{topic=\"orders\",cluster=\"embedded\"}"]);
        Assert.True(store.Stored.Count >= answeredOk, $"{store.Stored.Count} stored, {answeredOk} answered 0");
        Assert.Equal(0, Sum(metrics, "ddmq_messages_in_flight"));
    }

    [Fact]
    public async Task Restart_WithMessagesInTheSpool_DeliversThem()
    {
        await using (TestProxy proxy = await TestProxy.StartAsync(Spooling, new SwitchedStore { Outcome = () => Down }, home: _home))
        {
            await using ProducerClient client = await proxy.ConnectAsync();
            for (int i = 0; i < 5; i++)
            {
                Assert.Equal(0, (await SendAsync(client, "orders", $"{i}", partition: 2)).Code);
            }
        }

        var store = new SwitchedStore();
        await using TestProxy again = await TestProxy.StartAsync(Spooling, store, home: _home);
        await WaitUntilEmptyAsync(again);

        Assert.Equal(["0", "1", "2", "3", "4"], store.Stored);
        Assert.Equal(5, (await again.MetricsAsync())["ddmq_spool_recovered_total{topic=\"orders\",cluster=\"embedded\"}"]);
    }

    [Fact]
    public async Task Start_NothingSpools_MakesNoFolder()
    {
        await using TestProxy proxy = await TestProxy.StartAsync(store: new SwitchedStore(), home: _home);

        Assert.False(Directory.Exists(_home["spool"]));
    }

    [Fact]
    public async Task Start_SpoolCannotBeOpened_IsOneClearLine()
    {
        File.WriteAllText(_home["spool"], "a file");

        StartupException exception = await Assert.ThrowsAsync<StartupException>(() => TestProxy.StartAsync(Spooling, new SwitchedStore(), home: _home));

        Assert.Contains($"{_home["spool"]} is a file", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public async Task Replay_OfWhatWasRefusedForGood_SendsItAsItWas()
    {
        var store = new SwitchedStore { Outcome = () => Down };
        await using TestProxy proxy = await TestProxy.StartAsync(Spooling, store, home: _home);
        await using ProducerClient client = await proxy.ConnectAsync();
        await SendAsync(client, "orders", "one", partition: 1);
        store.Outcome = () => SendResult.Refused(SendStatus.IllegalMessage, "not like this");
        await WaitUntilEmptyAsync(proxy);
        string file = Assert.Single(Directory.GetFiles(_home["logs"], "spool-drop-*.log"));
        string thrift = proxy.Thrift.ToString();

        store.Outcome = () => SendResult.Ok();
        CliRun dry = await CliRun.RunAsync(["replay", file, "--dry-run", "--proxy", thrift]);
        Assert.Equal((0, "1 messages would be sent\n"), (dry.ExitCode, dry.Out));
        Assert.Empty(store.Stored);
        CliRun run = await CliRun.RunAsync(["replay", file, "--json", "--proxy", thrift]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(1, JsonDocument.Parse(run.Out).RootElement.GetProperty("ok").GetInt32());
        Assert.Equal(["one"], store.Stored);
    }

    private static void Spooling(CarreraOptions options)
    {
        options.Ddmq.Topics["orders"] = new TopicExtraOptions { Durability = "spool-on-failure" };
        options.Ddmq.Spool.MaxWaitMs = 20_000;
        options.CarreraConfiguration.RetryDelays = [20, 50];
        options.Ddmq.Send.AsyncTimeoutMs = 300;
    }

    private static Task<Result> SendAsync(ProducerClient client, string topic, string body, int partition) => client.SendSyncAsync(
        new Message { Topic = ThriftText.Utf8(topic), Body = ThriftText.Utf8(body), PartitionId = partition }, 50);

    private static async Task WaitUntilEmptyAsync(TestProxy proxy)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (Sum(await proxy.MetricsAsync(), "ddmq_spool_messages") > 0)
        {
            await Task.Delay(20, patience.Token);
        }
    }

    private static void AssertAddsUp(Dictionary<string, double> metrics)
    {
        foreach (string topic in new[] { "orders", "plain" })
        {
            double received = metrics.GetValueOrDefault($"ddmq_messages_received_total{{topic=\"{topic}\"}}");
            double outcomes = new[] { "stored", "spooled", "refused", "failed" }
                .Sum(outcome => metrics.GetValueOrDefault($"ddmq_messages_outcome_total{{topic=\"{topic}\",outcome=\"{outcome}\"}}"));
            Assert.Equal(received, outcomes + metrics.GetValueOrDefault($"ddmq_messages_in_flight{{topic=\"{topic}\"}}"));
        }

        Assert.Equal(
            Sum(metrics, "ddmq_spool_spooled_total") + Sum(metrics, "ddmq_spool_recovered_total"),
            Sum(metrics, "ddmq_spool_delivered_total") + Sum(metrics, "ddmq_spool_dropped_total") + Sum(metrics, "ddmq_spool_messages"));
    }

    private static double Sum(Dictionary<string, double> metrics, string name) =>
        metrics.Where(metric => metric.Key.StartsWith(name, StringComparison.Ordinal)).Sum(metric => metric.Value);
}
