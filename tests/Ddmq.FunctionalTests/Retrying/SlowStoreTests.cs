using Ddmq.Config;
using Ddmq.Core.Messages;
using Ddmq.TestKit.Proxy;
using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;
using Xunit;

namespace Ddmq.FunctionalTests.Retrying;

/// <summary>A store that fails or answers late, as a client sees it through the whole proxy.</summary>
public sealed class SlowStoreTests
{
    private static readonly SendResult Busy = SendResult.Failed(SendStatus.Unknown, Stored.No, "busy", retryElsewhere: true);

    [Fact]
    public async Task FirstAttemptSilent_SecondStores_TheClientGets0()
    {
        var store = new HeldStore { Script = request => request.Attempt == 0 ? null : SendResult.Ok() };
        await using TestProxy proxy = await TestProxy.StartAsync(store: store);
        await using ProducerClient client = await proxy.ConnectAsync();

        Result result = await client.SendSyncAsync(Message("k"), 50);

        Assert.Equal((0, "OK"), (result.Code, ThriftText.ToText(result.Msg)));
        Dictionary<string, double> metrics = await proxy.MetricsAsync();
        Assert.Equal(2, metrics["ddmq_attempts_total{cluster=\"embedded\"}"]);
        Assert.Equal(1, metrics["ddmq_retries_total{cluster=\"embedded\",reason=\"silent\"}"]);
        Assert.Equal(1, metrics["ddmq_retries_stored_total{cluster=\"embedded\"}"]);
        Assert.Equal(1, metrics["ddmq_messages_possible_duplicates_total{topic=\"t\"}"]);

        // The first attempt still has the message, and nobody has written over it.
        for (int i = 0; i < 20; i++)
        {
            store.Script = _ => SendResult.Ok();
            Assert.Equal(0, (await client.SendSyncAsync(Message($"later {i}"), 1000)).Code);
        }

        Assert.Equal("k", System.Text.Encoding.UTF8.GetString(Assert.Single(store.Held).Request.Key!.Value.Span));
        store.ReleaseAll(SendResult.Ok());
        Assert.Equal(1, (await proxy.MetricsAsync())["ddmq_messages_duplicates_total{topic=\"t\"}"]);
    }

    [Fact]
    public async Task EveryAttemptBusy_TheClientIsToldHowManyAndThatNothingIsStored()
    {
        await using TestProxy proxy = await TestProxy.StartAsync(store: new HeldStore { Script = _ => Busy });
        await using ProducerClient client = await proxy.ConnectAsync();

        Result result = await client.SendSyncAsync(Message("k"), 5000);

        Assert.Equal((10, "FAILED: unknown reason.; stored=no; busy; 3 attempts"), (result.Code, ThriftText.ToText(result.Msg)));
    }

    [Fact]
    public async Task RetriesSwitchedOff_OneAttempt()
    {
        await using TestProxy proxy = await TestProxy.StartAsync(
            options => options.Ddmq.Send.MaxAttempts = 1, new HeldStore { Script = _ => Busy });
        await using ProducerClient client = await proxy.ConnectAsync();

        Assert.Equal("FAILED: unknown reason.; stored=no; busy", ThriftText.ToText((await client.SendSyncAsync(Message("k"), 50)).Msg));
    }

    [Fact]
    public async Task SdkSendsThreeTimesToALateStore_OneCopyIsStored()
    {
        var store = new HeldStore();
        await using TestProxy proxy = await TestProxy.StartAsync(
            options => options.Ddmq.Topics["t"] = new TopicExtraOptions { DuplicateWindowMs = 60_000 }, store);
        await using ProducerClient client = await proxy.ConnectAsync();

        // The first two attempts give up on the store; the third is there when it answers.
        Assert.StartsWith("FAILED: Send timeout; stored=unknown", ThriftText.ToText((await client.SendSyncAsync(Message("k"), 50)).Msg));
        Assert.StartsWith("FAILED: Send timeout; stored=unknown", ThriftText.ToText((await client.SendSyncAsync(Message("k"), 50)).Msg));
        Task<Result> third = client.SendSyncAsync(Message("k"), 20_000);
        SendRequest stored = Assert.Single(store.Held).Request;
        store.ReleaseAll(SendResult.Ok());
        Result result = await third; // whether it came before the store's answer or behind it

        Assert.Equal(0, result.Code);
        Assert.StartsWith("OK; duplicate of a message received ", ThriftText.ToText(result.Msg));
        Assert.Equal(0, stored.Attempt);
        Dictionary<string, double> metrics = await proxy.MetricsAsync();
        Assert.Equal(1, metrics["ddmq_attempts_total{cluster=\"embedded\"}"]);
        Assert.Equal(2, metrics["ddmq_messages_joined_total{topic=\"t\"}"]);
        Assert.Equal(1, metrics["ddmq_duplicate_window_messages"]);
    }

    private static Message Message(string key) => Message("t", key);

    private static Message Message(string topic, string key) => new()
    {
        Topic = ThriftText.Utf8(topic),
        Key = ThriftText.Utf8(key),
        Body = ThriftText.Utf8("body"),
        PartitionId = -2,
    };
}
