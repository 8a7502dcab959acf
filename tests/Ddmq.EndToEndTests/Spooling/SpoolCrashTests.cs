using System.Globalization;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Proxy;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.Storage;
using Xunit;
using Xunit.Abstractions;

namespace Ddmq.EndToEndTests.Spooling;

/// <summary>
/// What the spool is for, whole: a RocketMQ broker is killed under load, the proxy is killed while it holds the messages, both come back. Every
/// message that was answered 0 is in the broker afterwards, and the messages of a key of a topic with strong order lie in the order sent.
/// </summary>
public sealed class SpoolCrashTests(ITestOutputHelper output)
{
    private const int Senders = 8;
    private const int Queues = 4;
    private const string Topic = "spooled";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [RequiresBrokersFact]
    public async Task Send_BrokerAndProxyKilledAndStartedAgain_EveryOkIsInTheBrokerInOrder()
    {
        await using RocketMqCluster cluster = await RocketMqCluster.StartAsync(4, 1);
        await cluster.CreateTopicAsync(Topic, Queues);
        await using ProxyProcess proxy = Proxy(cluster);
        await proxy.StartAsync();
        NumberedSender[] senders = [.. Enumerable.Range(1, Senders).Select(number => new NumberedSender(proxy.ThriftPort, Topic, number))];
        using var ending = new CancellationTokenSource();
        Task sending = Task.WhenAll(senders.Select(sender => Task.Run(() => sender.RunAsync(ending.Token))));

        await WaitUntilAsync(() => senders.All(sender => sender.Stored >= 20), "messages to be stored");
        await cluster.Brokers[0].Process.KillAsync();
        await WaitUntilAsync(() => senders.All(sender => sender.Spooled >= 20), "messages to be spooled");
        await proxy.KillAsync();
        await proxy.StartAsync();
        int[] before = [.. senders.Select(sender => sender.Spooled)];
        await WaitUntilAsync(() => senders.Zip(before).All(pair => pair.First.Spooled >= pair.Second + 20), "more to be spooled behind them");
        await cluster.Brokers[0].Process.StartAsync();
        int[] direct = [.. senders.Select(sender => sender.Stored)];
        await WaitUntilAsync(() => senders.Zip(direct).All(pair => pair.First.Stored >= pair.Second + 20), "messages to be stored directly again");
        await ending.CancelAsync();
        await sending;
        Dictionary<string, double> metrics = await EmptiedAsync(proxy);

        IReadOnlyList<ReadBackMessage> stored = await cluster.ReadAllAsync(Topic);
        ILookup<string, ReadBackMessage> byKey = stored.ToLookup(message => message.KeyText!);
        int taken = 0;
        foreach (NumberedSender sender in senders)
        {
            taken += sender.Taken.Count;

            // The first copy of each, in the order of the one queue they lie in; a message may be there twice.
            ReadBackMessage[] ofKey = [.. byKey[sender.Key].OrderBy(message => message.Offset)];
            Assert.Single(ofKey.Select(message => message.Partition).Distinct());
            int[] there = [.. ofKey.Select(message => int.Parse(message.BodyText.Split(':')[1], CultureInfo.InvariantCulture)).Distinct()];
            Assert.Empty(sender.Taken.Except(there));
            int[] inOrder = [.. there.Where(sender.Taken.Contains)];
            Assert.Equal(inOrder.Order(), inOrder);
        }

        int copies = stored.Count - stored.Select(message => message.BodyText).Distinct().Count();
        output.WriteLine(
            $"{taken} messages answered 0, {senders.Sum(sender => sender.Spooled)} of them spooled; {stored.Count} in the broker, {copies} second copies; "
            + $"after the restart {Sum(metrics, "ddmq_spool_recovered_total")} recovered, {Sum(metrics, "ddmq_spool_delivered_total")} delivered, "
            + $"{Sum(metrics, "ddmq_spool_possible_duplicates_total")} possible duplicates");
        Assert.Equal(0, Sum(metrics, "ddmq_spool_dropped_total"));
        Assert.True(Sum(metrics, "ddmq_spool_recovered_total") > 0);
        Assert.Equal(
            Sum(metrics, "ddmq_spool_spooled_total") + Sum(metrics, "ddmq_spool_recovered_total"), Sum(metrics, "ddmq_spool_delivered_total"));
    }

    private static ProxyProcess Proxy(RocketMqCluster cluster) => new(
        $"""
        defaultTopicInfoConf:
          topics:
            - topic: {Topic}
              strongOrder: true
              durability: spool-on-failure
              topicUnits:
                - brokerCluster: C_real
        carreraConfiguration:
          useRocketmq: true
          rocketmqConfigurationMap:
            C_real:
              namesrvAddrs: ["{cluster.NameServerAddress}"]
          retryDelays: [100, 200, 500]
        """,
        """
          spool:
            maxWaitMs: 5000
        """);

    private static async Task WaitUntilAsync(Func<bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, $"waited in vain for {what}");
            await Task.Delay(20);
        }
    }

    private static async Task<Dictionary<string, double>> EmptiedAsync(ProxyProcess proxy)
    {
        using var patience = new CancellationTokenSource(Patience);
        Dictionary<string, double> metrics = await proxy.MetricsAsync();
        while (Sum(metrics, "ddmq_spool_messages") > 0)
        {
            Assert.False(patience.IsCancellationRequested, "the spool did not empty");
            await Task.Delay(50);
            metrics = await proxy.MetricsAsync();
        }

        return metrics;
    }

    private static double Sum(Dictionary<string, double> metrics, string name) =>
        metrics.Where(metric => metric.Key.StartsWith(name, StringComparison.Ordinal)).Sum(metric => metric.Value);
}
