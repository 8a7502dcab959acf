using System.Text;
using Ddmq.Config;
using Ddmq.Core.Messages;
using Ddmq.TestKit.Proxy;
using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Xunit;

namespace Ddmq.FunctionalTests.Limits;

/// <summary>Limits as a client and an operator see them: codes, texts, metrics, log.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public async Task Call_OverTheTopicsLimit_IsAnswered15OnEveryMethod(ThriftProtocol protocol)
    {
        await using TestProxy proxy = await StartAsync(Topic("t", maxTps: 0), Topic("later", maxTps: 0, isDelay: true));
        await using ProducerClient client = await proxy.ConnectAsync(protocol);
        const string Text = "FAILED: Refused by the rate limiter.; limit of topic t: 0 messages per second";

        Assert.Equal((15, Text), Of(await client.SendSyncAsync(Message("t"), 9_000)));
        Assert.Equal((15, Text), Of(await client.SendAsyncAsync(Message("t"))));
        Assert.Equal((15, $"{Text}; none of the batch was sent"), Of(await client.SendBatchSyncAsync([Message("other"), Message("t")])));
        DelayResult delayed = await client.SendDelaySyncAsync(
            new DelayMessage { Topic = "later"u8.ToArray(), Body = "body"u8.ToArray(), Action = 1, Timestamp = 1, Dmsgtype = 2 }, 9_000);
        Assert.Equal(
            (15, "FAILED: Refused by the rate limiter.; limit of topic later: 0 messages per second"), (delayed.Code, ThriftText.ToText(delayed.Msg)));

        // A refusal stores nothing and harms nobody.
        Assert.Equal((0, "OK"), Of(await client.SendSyncAsync(Message("other"), 9_000)));
        Dictionary<string, double> metrics = await proxy.MetricsAsync();
        Assert.Equal(3, metrics["ddmq_limit_topic_refused_total{topic=\"t\",kind=\"messages\"}"]);
        Assert.Equal(0, metrics["ddmq_limit_topic_per_second{topic=\"t\",kind=\"messages\"}"]);
        Assert.Equal(1, metrics["ddmq_limit_proxy_admitted_total{kind=\"messages\"}"]);
        Assert.Equal(3, metrics["ddmq_messages_answered_total{topic=\"t\",status=\"FAIL_REFUSED_BY_RATE_LIMITER\"}"]);
        Assert.Contains(proxy.Log.Lines, line => line.Text == "Limits of topic t: 1 messages refused, 0 admitted with a warning, since the last line about them");
    }

    [Fact]
    public async Task Call_OverABytesLimit_SaysWhichAndWhen()
    {
        await using TestProxy proxy = await StartAsync(
            options => options.CarreraConfiguration.MaxBytesPerSecond = 2000, Topic("t", maxBytesPerSecond: 1000), Topic("free"));
        await using ProducerClient client = await proxy.ConnectAsync();

        // Both parts of the limit take one message each, however large it is.
        Assert.Equal(0, (await client.SendSyncAsync(Message("t", bytes: 100_000), 9_000)).Code);
        Assert.Equal(0, (await client.SendSyncAsync(Message("t", bytes: 100_000), 9_000)).Code);
        Assert.Matches(
            "^FAILED: Refused by the rate limiter.; limit of topic t: 1000 bytes per second, try again in [0-9]+ ms$",
            Of(await client.SendSyncAsync(Message("t"), 9_000)).Text);
        Assert.Matches("; limit of this proxy: 2000 bytes per second, try again in [0-9]+ ms$", Of(await client.SendSyncAsync(Message("free"), 9_000)).Text);

        Dictionary<string, double> metrics = await proxy.MetricsAsync();
        Assert.Equal(200_000, metrics["ddmq_limit_topic_admitted_total{topic=\"t\",kind=\"bytes\"}"]);
        Assert.Equal(1, metrics["ddmq_limit_topic_warned_total{topic=\"t\",kind=\"bytes\"}"]);
        Assert.Equal(1, metrics["ddmq_limit_topic_refused_total{topic=\"t\",kind=\"bytes\"}"]);
        Assert.Equal(1, metrics["ddmq_limit_proxy_refused_total{kind=\"bytes\"}"]);
    }

    [Fact]
    public async Task Call_OverTheLimit_WaitsForItsSecondTry()
    {
        await using TestProxy proxy = await StartAsync(Topic("t", maxTps: 1, retryAfterMs: 1_500));
        await using ProducerClient client = await proxy.ConnectAsync();

        // One for each part of the limit at once; the next permit comes after 1,112 ms.
        Result[] results = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => client.SendSyncAsync(Message("t"), 5000)));

        Assert.All(results, result => Assert.Equal((0, "OK"), Of(result)));
        Assert.Equal(1, (await proxy.MetricsAsync())["ddmq_limit_topic_delayed_total{topic=\"t\",kind=\"messages\"}"]);
    }

    [Fact]
    public async Task Stop_CallsWaitForTheirSecondTry_AreAnswered20()
    {
        await using TestProxy proxy = await StartAsync(Topic("t", maxTps: 1, retryAfterMs: 60_000));
        await using ProducerClient client = await proxy.ConnectAsync();
        Assert.Equal(0, (await client.SendSyncAsync(Message("t"), 9_000)).Code);
        Assert.Equal(0, (await client.SendSyncAsync(Message("t"), 9_000)).Code);
        Task<Result>[] waiting =
            [client.SendSyncAsync(Message("t"), 120_000), client.SendSyncAsync(Message("t"), 120_000)];
        await LiveConfiguration.LiveProxy.UntilAsync(
            async () => (await proxy.MetricsAsync())["ddmq_limit_waiting"] == 2, () => "two calls are to wait");

        await proxy.Host.StopAsync();

        Assert.All(await Task.WhenAll(waiting), result => Assert.Equal((20, "FAILED: Server is shutting down."), Of(result)));
    }

    [Fact]
    public async Task BytesInFlight_TopicWhoseBrokerHangs_LeavesTheOthersTheirs()
    {
        var store = new HeldStore { Script = request => request.Topic!.Name == "hangs" ? null : SendResult.Ok() };
        await using TestProxy proxy = await TestProxy.StartAsync(options => options.Ddmq.Send.MaxBytesInFlightPerTopic = 1_000_000, store);
        await using ProducerClient client = await proxy.ConnectAsync();
        await using ProducerClient other = await proxy.ConnectAsync();
        Task<Result>[] held = [client.SendSyncAsync(Message("hangs", bytes: 600_000), 60_000), client.SendSyncAsync(Message("hangs", bytes: 300_000), 60_000)];
        await store.HeldAsync(2);

        (int code, string? text) = Of(await other.SendSyncAsync(Message("hangs", bytes: 300_000), 60_000));

        Assert.Equal(15, code);
        Assert.Equal(
            "FAILED: Refused by the rate limiter.; topic hangs would have more than 1000000 bytes in flight "
            + "(ddmq.send.maxBytesInFlightPerTopic), try again when its store has settled messages",
            text);
        Assert.Equal(0, (await other.SendSyncAsync(Message("fine", bytes: 600_000), 60_000)).Code);
        Dictionary<string, double> metrics = await proxy.MetricsAsync();
        Assert.InRange(metrics["ddmq_limit_topic_in_flight_bytes{topic=\"hangs\"}"], 900_000, 901_000);
        Assert.Equal(1, metrics["ddmq_limit_topic_refused_total{topic=\"hangs\",kind=\"bytes_in_flight\"}"]);
        store.ReleaseAll(SendResult.Ok());
        Assert.All(await Task.WhenAll(held), result => Assert.Equal(0, result.Code));
        Assert.DoesNotContain("ddmq_limit_topic_in_flight_bytes{topic=\"hangs\"}", (await proxy.MetricsAsync()).Keys);
    }

    [Fact]
    public async Task BytesInFlight_ManyTopicsWhoseBrokerHangs_AreBoundedTogetherAlsoWhenAnswered()
    {
        var store = new HeldStore { Script = request => request.Topic!.Name.StartsWith("hangs", StringComparison.Ordinal) ? null : SendResult.Ok() };
        await using TestProxy proxy = await TestProxy.StartAsync(
            options =>
            {
                options.Ddmq.Thrift.MaxBytesInFlight = 1024 * 1024;
                options.Ddmq.Send.MaxBytesInFlightPerTopic = 500_000;
            },
            store);
        await using ProducerClient client = await proxy.ConnectAsync();
        Assert.Equal(12, (await client.SendSyncAsync(Message("hangs1", bytes: 400_000), 50)).Code);
        Assert.Equal(12, (await client.SendSyncAsync(Message("hangs2", bytes: 400_000), 50)).Code);
        Assert.Equal(0, (await client.SendSyncAsync(Message("fine", bytes: 100_000), 60_000)).Code);

        Assert.Equal(
            (15, "FAILED: Refused by the rate limiter.; this proxy has more than 1048576 bytes in flight "
                + "(ddmq.thrift.maxBytesInFlight), try again when stores have settled messages"),
            Of(await client.SendSyncAsync(Message("fine", bytes: 300_000), 60_000)));

        Dictionary<string, double> metrics = await proxy.MetricsAsync();
        Assert.InRange(metrics["ddmq_thrift_abandoned_bytes"], 800_000, 801_000);
        Assert.Equal(0, metrics["ddmq_thrift_in_flight_bytes"]);
        store.ReleaseAll(SendResult.Ok());
        Assert.Equal(0, (await proxy.MetricsAsync())["ddmq_thrift_abandoned_bytes"]);
        Assert.Equal(0, (await client.SendSyncAsync(Message("fine", bytes: 300_000), 60_000)).Code);
    }

    private static Task<TestProxy> StartAsync(params TopicOptions[] topics) => StartAsync(_ => { }, topics);

    private static Task<TestProxy> StartAsync(Action<CarreraOptions> configure, params TopicOptions[] topics) => TestProxy.StartAsync(options =>
    {
        options.CarreraConfiguration.UseRequestLimiter = true;
        options.DefaultTopicInfoConf.Topics = [.. topics];
        configure(options);
    });

    private static TopicOptions Topic(string name, int maxTps = 1000, long maxBytesPerSecond = 0, long retryAfterMs = 0, bool isDelay = false) => new()
    {
        Topic = name,
        TopicUnits = [new TopicUnitOptions { BrokerCluster = "embedded", MaxTps = maxTps }],
        MaxBytesPerSecond = maxBytesPerSecond,
        LimiterFailureRetryInterval = retryAfterMs,
        DelayTopic = isDelay,
    };

    private static Message Message(string topic, int bytes = 10) => new()
    {
        Topic = Encoding.UTF8.GetBytes(topic),
        Body = new byte[bytes],
        PartitionId = -2,
    };

    private static (int Code, string? Text) Of(Result result) => (result.Code, ThriftText.ToText(result.Msg));
}
