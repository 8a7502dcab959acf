using System.Text;
using System.Text.Json;
using Ddmq.Core.Messages;
using Ddmq.TestKit.Proxy;
using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Xunit;

namespace Ddmq.FunctionalTests.Thrift;

/// <summary>The four methods as a client sees them, over both protocols, into the real store.</summary>
public sealed class ProducerServiceTests : IAsyncLifetime
{
    private TestProxy _proxy = null!;

    public async Task InitializeAsync() => _proxy = await TestProxy.StartAsync(options =>
        options.DefaultTopicInfoConf.Topics.Add(new Ddmq.Config.TopicOptions { Topic = "later", DelayTopic = true }));

    public async Task DisposeAsync() => await _proxy.DisposeAsync();

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public async Task EveryMethod_GoodMessage_IsStoredAndReadBackByteForByte(ThriftProtocol protocol)
    {
        await using ProducerClient client = await _proxy.ConnectAsync(protocol);
        byte[] body = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

        Assert.Equal((0, "OK"), Of(await client.SendSyncAsync(Message("sync", body, "ключ", "a||b", ("traceId", "t-1")), 5000)));
        Assert.Equal((0, "OK"), Of(await client.SendAsyncAsync(Message("async", body))));
        Assert.Equal((0, "OK"), Of(await client.SendBatchSyncAsync([Message("batch", body, "1"), Message("batch", body, "2")])));

        JsonElement sync = Assert.Single(await TailAsync("sync"));
        Assert.Equal(body, sync.GetProperty("bodyBase64").GetBytesFromBase64());
        Assert.Equal("ключ", sync.GetProperty("key").GetString());
        Assert.Equal("a||b", sync.GetProperty("tags").GetString());
        Assert.Equal("t-1", sync.GetProperty("properties").GetProperty("traceId").GetString());
        Assert.Equal(JsonValueKind.Null, Assert.Single(await TailAsync("async")).GetProperty("key").ValueKind);
        Assert.Equal(["1", "2"], (await TailAsync("batch")).Select(message => message.GetProperty("key").GetString()).Order());
    }

    [Fact]
    public async Task SendBatchSync_EmptyOrMissingList_IsOk()
    {
        await using RawClient client = await RawClient.ConnectAsync(_proxy.Thrift);

        await client.SendAsync(RawClient.Frame("sendBatchSync", 1, ThriftProtocol.Compact, new SendBatchSyncArgs()));
        Assert.Equal((1, 0, "OK"), await client.ReceiveResultAsync());
        await client.SendAsync(RawClient.Frame(
            "sendBatchSync", 2, ThriftProtocol.Compact, new SendBatchSyncArgs { Messages = new ThriftList<Message>() }));
        Assert.Equal((2, 0, "OK"), await client.ReceiveResultAsync());
    }

    [Fact]
    public async Task SendBatchSync_OnePartition_KeepsTheOrder()
    {
        await using ProducerClient client = await _proxy.ConnectAsync();
        Message[] messages = [.. Enumerable.Range(0, 500).Select(i => Message("ordered", Encoding.ASCII.GetBytes($"{i}"), partition: 2))];

        Assert.Equal((0, "OK"), Of(await client.SendBatchSyncAsync(messages)));

        JsonElement[] stored = await TailAsync("ordered");
        Assert.Equal(
            Enumerable.Range(0, 500).Select(i => $"{i}"),
            stored.Select(message => Encoding.ASCII.GetString(message.GetProperty("bodyBase64").GetBytesFromBase64())));
        Assert.All(stored, message => Assert.Equal(2, message.GetProperty("partition").GetInt32()));
    }

    [Fact]
    public async Task SendBatchSync_MoreThanAllowed_IsRefusedWhole()
    {
        await using TestProxy small = await TestProxy.StartAsync(options => options.Ddmq.Thrift.MaxBatchMessages = 3);
        await using ProducerClient client = await small.ConnectAsync();

        Result result = await client.SendBatchSyncAsync([.. Enumerable.Repeat(Message("t", "b"u8.ToArray()), 4)]);

        Assert.Equal(11, result.Code);
        Assert.Contains("at most 3", ThriftText.ToText(result.Msg));
    }

    [Theory]
    [InlineData("orders", "body", 18, "FAILED: Topic is not delay")]
    [InlineData("later", "body", 10, "FAILED: unknown reason.; stored=no; this version keeps no delay messages")]
    [InlineData("orders", "", 11, "FAILED: Message is too large or illegal or the length is 0; body is missing or empty")]
    [InlineData("bad name", "body", 13, "FAILED: Topic is not in the proxy white list")]
    public async Task SendDelaySync_ByTopic_AnswersWithAnEmptyId(string topic, string body, int code, string text)
    {
        foreach (ThriftProtocol protocol in Enum.GetValues<ThriftProtocol>())
        {
            await using ProducerClient client = await _proxy.ConnectAsync(protocol);

            DelayResult result = await client.SendDelaySyncAsync(
                new DelayMessage { Topic = ThriftText.Utf8(topic), Body = ThriftText.Utf8(body), Action = 1 }, 1000);

            Assert.Equal((code, text, ""), (result.Code, ThriftText.ToText(result.Msg), ThriftText.ToText(result.UniqDelayMsgId)));
        }
    }

    [Fact]
    public async Task SendSync_ToADelayTopic_Is19UnlessFromChronos()
    {
        await using ProducerClient client = await _proxy.ConnectAsync();

        Assert.Equal(19, (await client.SendSyncAsync(Message("later", "b"u8.ToArray()), 1000)).Code);
        Assert.Equal(0, (await client.SendSyncAsync(Message("later", "b"u8.ToArray(), properties: ("from_chronos", "from_chronos")), 1000)).Code);
    }

    [Fact]
    public async Task Heartbeat_OnEveryPath_IsOkAndStoresNothing()
    {
        await using ProducerClient client = await _proxy.ConnectAsync();
        var heartbeat = new Message { Topic = "carrera_heartbeat"u8.ToArray() };

        Assert.Equal((0, "OK"), Of(await client.SendSyncAsync(heartbeat, 0)));
        Assert.Equal((0, "OK"), Of(await client.SendAsyncAsync(heartbeat)));
        Assert.Equal((0, "OK"), Of(await client.SendBatchSyncAsync([heartbeat])));
        Assert.DoesNotContain("carrera_heartbeat", await _proxy.Admin.GetStringAsync("/api/topics"));
    }

    [Fact]
    public async Task Pipelined_ManyCallsOnOneConnection_AreAnsweredInOrder()
    {
        const int Count = 5000;
        await using RawClient client = await RawClient.ConnectAsync(_proxy.Thrift);

        // Stored ones wait for the disk, heartbeats do not: replies are in order all the same.
        Task sending = client.SendAsync([.. Enumerable.Range(1, Count).SelectMany(i =>
            RawClient.SendSync(i % 3 == 0 ? "carrera_heartbeat" : "piped", $"{i}", i))]);
        for (int i = 1; i <= Count; i++)
        {
            Assert.Equal((i, 0, "OK"), await client.ReceiveResultAsync());
        }

        await sending;
        Assert.Equal(Count - (Count / 3), (await TailAsync("piped")).Length);
    }

    [Fact]
    public async Task Client_PipelinesManyCallsAndHalfCloses_StillGetsItsReplies()
    {
        const int Count = 900; // several turns of the event loop
        await using RawClient client = await RawClient.ConnectAsync(_proxy.Thrift);
        await client.SendAsync([.. Enumerable.Range(1, Count).SelectMany(i => RawClient.SendSync("carrera_heartbeat", sequenceId: i))]);

        client.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);

        for (int i = 1; i <= Count; i++)
        {
            Assert.Equal((i, 0, "OK"), await client.ReceiveResultAsync());
        }

        Assert.True(await client.IsClosedByPeerAsync());
    }

    [Fact]
    public async Task Client_HalfCloses_StillGetsItsReplies()
    {
        await using RawClient client = await RawClient.ConnectAsync(_proxy.Thrift);
        await client.SendAsync([.. RawClient.SendSync("half", sequenceId: 1), .. RawClient.SendSync("half", sequenceId: 2)]);

        client.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);

        Assert.Equal((1, 0, "OK"), await client.ReceiveResultAsync());
        Assert.Equal((2, 0, "OK"), await client.ReceiveResultAsync());
        Assert.True(await client.IsClosedByPeerAsync());
    }

    [Fact]
    public async Task Store_ThatNeverAnswers_IsAnswered12AtTheDeadlineOnEveryPath()
    {
        var store = new HeldStore();
        await using TestProxy proxy = await TestProxy.StartAsync(
            options =>
            {
                options.Ddmq.Send.AsyncTimeoutMs = 100;
                options.Ddmq.Send.BatchTimeoutMs = 100;
            },
            store);
        await using ProducerClient client = await proxy.ConnectAsync();

        foreach (Result result in new[]
        {
            await client.SendSyncAsync(Message("t", "b"u8.ToArray()), 50),
            await client.SendAsyncAsync(Message("t", "b"u8.ToArray())),
            await client.SendBatchSyncAsync([Message("t", "b"u8.ToArray()), Message("t", "b"u8.ToArray())]),
        })
        {
            Assert.Equal(12, result.Code);
            Assert.StartsWith("FAILED: Send timeout; stored=unknown; ", ThriftText.ToText(result.Msg));
        }

        // The bytes a late store still reads are its own: nobody has reused them.
        store.Script = _ => SendResult.Ok();
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(0, (await client.SendSyncAsync(Message("t", Encoding.ASCII.GetBytes($"later{i}")), 1000)).Code);
        }

        Assert.All(store.Held, held => Assert.Equal("b", Encoding.ASCII.GetString(held.Request.Body.Span)));
        store.ReleaseAll(SendResult.Ok());
        Assert.Equal(4, (await proxy.MetricsAsync())["ddmq_messages_late_total{topic=\"t\",outcome=\"stored\"}"]);
    }

    [Fact]
    public async Task BytesInFlight_OverTheBound_AreRefusedWith15()
    {
        var store = new HeldStore();
        await using TestProxy proxy = await TestProxy.StartAsync(options => options.Ddmq.Thrift.MaxBytesInFlight = 1024 * 1024, store);
        await using RawClient client = await RawClient.ConnectAsync(proxy.Thrift);
        await using RawClient other = await RawClient.ConnectAsync(proxy.Thrift);
        await client.SendAsync(RawClient.SendSync("t", new string('x', 600_000)));
        await store.HeldAsync(1);

        await other.SendAsync(RawClient.SendSync("t", new string('y', 600_000)));

        (_, int code, string text) = await other.ReceiveResultAsync();
        Assert.Equal(15, code);
        Assert.Contains("maxBytesInFlight", text);
        store.ReleaseAll(SendResult.Ok());
        Assert.Equal((1, 0, "OK"), await client.ReceiveResultAsync());
    }

    private static (int Code, string? Text) Of(Result result) => (result.Code, ThriftText.ToText(result.Msg));

    private static Message Message(
        string topic, byte[] body, string? key = null, string? tags = null, (string Name, string Value)? properties = null, int partition = -2)
    {
        var message = new Message { Topic = ThriftText.Utf8(topic), Body = body, PartitionId = partition };
        message.Key = key is null ? (ReadOnlyMemory<byte>?)null : ThriftText.Utf8(key);
        message.Tags = tags is null ? (ReadOnlyMemory<byte>?)null : ThriftText.Utf8(tags);
        if (properties is { } property)
        {
            message.Properties = new ThriftMap();
            message.Properties.Add(ThriftText.Utf8(property.Name), ThriftText.Utf8(property.Value));
        }

        return message;
    }

    private async Task<JsonElement[]> TailAsync(string topic)
    {
        string lines = await _proxy.Admin.GetStringAsync($"/api/topics/{topic}/messages");
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
