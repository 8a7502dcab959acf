using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Storage.RocketMq;
using Ddmq.Storage.RocketMq.Remoting;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>What shares a request with what, and what becomes of each message of a batch.</summary>
public sealed class BatchingTests : IAsyncLifetime
{
    private readonly FakeRocketMq _broker = StoreUnderTest.Broker(queues: 2);
    private readonly Queue<Action> _held = new();
    private readonly Lock _lock = new();
    private bool _isHolding;
    private long _nextOffset;

    /// <summary>Answers in place of the usual answer when it returns true.</summary>
    private Func<FakeRequest, FakeConnection, bool>? _script;

    [Fact]
    public async Task SendAsync_IdleQueue_SendsAMessageAloneAtOnce()
    {
        await using StoreUnderTest store = Start();

        SendResult result = await store.SendAsync(Small("a"));

        Assert.True(result.IsOk);
        Assert.Equal(RequestCode.SendMessageV2, Assert.Single(_broker.Sends).Code);
    }

    [Fact]
    public async Task SendAsync_RequestUnderWay_TheNextOnesGatherAndGetTheirOwnOffsets()
    {
        await using StoreUnderTest store = Start();
        Task<SendResult>[] sends = await SendBehindOneAsync(store, "first", "a", "b", "c");

        SendResult[] results = await Task.WhenAll(sends);

        Assert.Equal([0L, 1, 2, 3], results.Select(result => result.Offset));
        Assert.All(results, result => Assert.Equal((SendStatus.Ok, Stored.Yes, 0), (result.Status, result.Stored, result.Partition)));
        Assert.Equal([RequestCode.SendMessageV2, RequestCode.SendBatch], _broker.Sends.Select(send => send.Code));
        FakeRequest batch = _broker.Sends[1];
        Assert.Equal(("true", "0", "WAIT\u0001true\u0002", "0"), (batch.Fields["m"], batch.Fields["e"], batch.Fields["i"], batch.Fields["f"]));
        Assert.Equal(["a", "b", "c"], batch.Records().Select(record => record.Body));
        Assert.All(batch.Records(), record => Assert.Equal("UNIQ_KEY", Assert.Single(record.Properties).Name));
        Assert.Equal(batch.Body.Length, batch.Records().Sum(record => record.Size));
        Assert.Equal((1L, 3L), (store.Store.Counters.Batches, store.Store.Counters.BatchMessages));
    }

    [Fact]
    public async Task SendAsync_OtherQueuesRequestUnderWay_DoesNotWaitForIt()
    {
        await using StoreUnderTest store = Start();
        Hold();
        Task<SendResult> first = store.SendAsync(Small("first", partition: 0));
        await _broker.NextSendAsync();

        Task<SendResult> other = store.SendAsync(Small("other", partition: 1));

        Assert.Equal("other", (await _broker.NextSendAsync()).BodyText);
        Release();
        Assert.True((await first).IsOk && (await other).IsOk);
    }

    [Fact]
    public async Task SendAsync_MoreThanABatchMayHold_GoInSeveral()
    {
        await using StoreUnderTest store = Start(new AutoBatchSettings { Enabled = true, MaxMessages = 3, MaxBytes = 10, ThresholdBytes = 10 });

        // By count: a b c; by bytes: 8 + 2 fit, one more does not; the one of 10 bytes is over the threshold and goes alone.
        Task<SendResult>[] sends = await SendBehindOneAsync(
            store, "first", "a", "b", "c", "12345678", "12", "3", "1234567890", "d");
        SendResult[] results = await Task.WhenAll(sends);

        Assert.All(results, result => Assert.True(result.IsOk));
        string[][] shapes = [.. _broker.Sends.Where(send => send.BodyText != "1234567890").Select(send =>
            send.Code == RequestCode.SendBatch ? send.Records().Select(record => record.Body).ToArray() : [send.BodyText])];
        Assert.Equal([["first"], ["a", "b", "c"], ["12345678", "12"], ["3", "d"]], shapes);
        Assert.Contains(_broker.Sends, send => send.Code == RequestCode.SendMessageV2 && send.BodyText == "1234567890");
    }

    [Theory]
    [InlineData("DELAY", "3")]
    [InlineData("TRAN_MSG", "true")]
    [InlineData("TIMER_DELAY_SEC", "3")]
    public async Task SendAsync_PropertyThatABatchIgnores_GoesAlone(string name, string value)
    {
        await using StoreUnderTest store = Start();
        Hold();
        Task<SendResult> first = store.SendAsync(Small("first"));
        await _broker.NextSendAsync();
        SendRequest special = Small("special");
        special.AddProperty(System.Text.Encoding.UTF8.GetBytes(name), System.Text.Encoding.UTF8.GetBytes(value));

        Task<SendResult>[] sends = [first, store.SendAsync(Small("a")), store.SendAsync(special), store.SendAsync(Small("b"))];
        Release();
        await Task.WhenAll(sends);

        FakeRequest alone = Assert.Single(_broker.Sends, send => send.BodyText == "special");
        Assert.Equal(RequestCode.SendMessageV2, alone.Code);
    }

    [Theory]
    [InlineData(false, SendMethod.Sync, 0)]
    [InlineData(true, SendMethod.Sync, 1)]
    public async Task SendAsync_TopicOrAttemptDoesNotAllowIt_GoesAlone(bool autoBatch, SendMethod method, int attempt)
    {
        await using StoreUnderTest store = Start();
        Hold();
        Task<SendResult>[] sends = [.. Enumerable.Range(0, 4).Select(i =>
        {
            SendRequest request = StoreUnderTest.Message($"{i}", autoBatch: autoBatch);
            request.Method = method;
            request.Attempt = attempt;
            return store.SendAsync(request);
        })];
        await StoreUnderTest.UntilAsync(() => _broker.Sends.Count == 4);
        Release();

        await Task.WhenAll(sends);

        Assert.All(_broker.Sends, send => Assert.Equal(RequestCode.SendMessageV2, send.Code));
    }

    [Fact]
    public async Task SendAsync_MessagesOfABatchCall_AreBatchedWhateverTheSettings()
    {
        await using StoreUnderTest store = Start(new AutoBatchSettings { Enabled = false });

        Burst.Begin();
        Task<SendResult>[] sends = [.. Enumerable.Range(0, 5).Select(i =>
        {
            SendRequest request = StoreUnderTest.Message($"{i}");
            request.Method = SendMethod.BatchSync;
            return store.SendAsync(request);
        })];
        Burst.End();
        await Task.WhenAll(sends);

        Assert.Contains(_broker.Sends, send => send.Code == RequestCode.SendBatch);
    }

    [Fact]
    public async Task SetAutoBatch_AtRunTime_HoldsFromTheNextMessageOn()
    {
        await using StoreUnderTest store = Start(new AutoBatchSettings { Enabled = false });
        await store.SendAsync(Small("route"));

        store.Store.SetAutoBatch(new AutoBatchSettings { Enabled = true });
        Burst.Begin();
        Task<SendResult>[] sends = [store.SendAsync(Small("a")), store.SendAsync(Small("b"))];
        Burst.End();
        await Task.WhenAll(sends);

        Assert.Equal(["a", "b"], Assert.Single(_broker.Sends, send => send.Code == RequestCode.SendBatch).Records().Select(record => record.Body));
        Assert.Throws<ArgumentException>(() => store.Store.SetAutoBatch(new AutoBatchSettings { MaxMessages = 0 }));
    }

    [Fact]
    public async Task SendAsync_BurstOnAnIdleQueue_IsOneBatch()
    {
        await using StoreUnderTest store = Start();
        await store.SendAsync(Small("route"));

        Burst.Begin();
        Task<SendResult>[] sends = [.. Enumerable.Range(0, 20).Select(i => store.SendAsync(Small($"{i}", partition: -2)))];
        Burst.End();
        SendResult[] results = await Task.WhenAll(sends);

        FakeRequest batch = Assert.Single(_broker.Sends, send => send.Code == RequestCode.SendBatch);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), batch.Records().Select(record => record.Body));
        Assert.Equal(2, _broker.Sends.Count);
        Assert.Single(results.Select(result => result.Partition).Distinct());
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), results.Select(result => result.Offset));
    }

    [Fact]
    public async Task SendAsync_RandomMessages_GatherAndSpreadOverTheQueues()
    {
        await using StoreUnderTest store = Start();

        for (int round = 0; round < 4; round++)
        {
            Burst.Begin();
            Task<SendResult>[] sends = [.. Enumerable.Range(0, 10).Select(i => store.SendAsync(Small($"{i}", partition: -2)))];
            Burst.End();
            await Task.WhenAll(sends);
        }

        Assert.Equal(["0", "1"], _broker.Sends.Select(send => send.Fields["e"]).Distinct().Order());
        Assert.InRange(_broker.Sends.Count, 4, 8);
    }

    [Theory]
    [InlineData(13)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task SendAsync_BatchRefusedForAMessagesSake_EachIsSentAloneAndGetsItsOwnAnswer(int code)
    {
        _script = (request, connection) =>
        {
            bool isRefused = request.Code == RequestCode.SendBatch || request.BodyText == "b";
            if (isRefused)
            {
                connection.Reply(request, code, remark: "no");
            }

            return isRefused;
        };
        await using StoreUnderTest store = Start();

        SendResult[] results = await Task.WhenAll(await SendBehindOneAsync(store, "first", "a", "b", "c"));

        Assert.Equal([Stored.Yes, Stored.Yes, Stored.No, Stored.Yes], results.Select(result => result.Stored));
        Assert.Equal(["first", "a", "b", "c"], _broker.Sends.Where(send => send.Code == RequestCode.SendMessageV2).Select(send => send.BodyText));
        Assert.Single(_broker.Sends, send => send.Code == RequestCode.SendBatch);
        Assert.Equal(1, store.Store.Counters.SplitBatches);
    }

    [Fact]
    public async Task SendAsync_BatchRefusedBecauseTheBrokerIsBusy_EachIsNotStoredAndMayBeTriedElsewhere()
    {
        await using StoreUnderTest store = Start();
        _script = (request, connection) =>
        {
            if (request.Code == RequestCode.SendBatch)
            {
                connection.Reply(request, 2);
            }

            return request.Code == RequestCode.SendBatch;
        };

        SendResult[] results = await Task.WhenAll(await SendBehindOneAsync(store, "first", "a", "b"));

        Assert.All(results[1..], result => Assert.Equal(
            (SendStatus.Unknown, Stored.No, true), (result.Status, result.Stored, result.RetryElsewhere)));
        Assert.Equal(1 + 4, _broker.Sends.Count);
    }

    [Fact]
    public async Task SendAsync_ConnectionBreaksUnderABatch_IsUnknownForAll()
    {
        await using StoreUnderTest store = Start();
        _script = (request, connection) =>
        {
            if (request.Code == RequestCode.SendBatch)
            {
                connection.Close();
            }

            return request.Code == RequestCode.SendBatch;
        };

        SendResult[] results = await Task.WhenAll(await SendBehindOneAsync(store, "first", "a", "b"));

        Assert.Equal([Stored.Yes, Stored.Unknown, Stored.Unknown], results.Select(result => result.Stored));
    }

    [Fact]
    public async Task SendAsync_DeadlineComesWhileGathering_IsTimeoutAndNeverSent()
    {
        await using StoreUnderTest store = Start();
        Hold();
        Task<SendResult> first = store.SendAsync(Small("first"));
        await _broker.NextSendAsync();

        SendResult late = await store.SendAsync(Small("late", timeoutMs: 50));
        Release();
        await first;

        Assert.Equal((SendStatus.Timeout, Stored.No), (late.Status, late.Stored));
        Assert.Equal("first", Assert.Single(_broker.Sends).BodyText);
    }

    [Fact]
    public async Task DisposeAsync_MessagesGathering_AreStored()
    {
        await using StoreUnderTest store = Start();
        Hold();
        Task<SendResult>[] sends = [.. Enumerable.Range(0, 100).Select(i => store.SendAsync(Small($"{i}")))];
        await _broker.NextSendAsync();

        Task disposing = store.DisposeAsync().AsTask();
        Release();
        await disposing;

        Assert.All(await Task.WhenAll(sends), result => Assert.True(result.IsOk, result.ToString()));
    }

    [Fact]
    public async Task SendAsync_MultiTopicForm_JoinsTopicsAndNamesEachRecordsPlace()
    {
        _broker.Routes["other"] = FakeRocketMq.Route(4, _broker);
        await using StoreUnderTest store = Start(options: options => options.MultiTopicBatch = true);
        await store.Store.WarmUpAsync([StoreUnderTest.TopicName, "other"], CancellationToken.None);

        Burst.Begin();
        Task<SendResult>[] sends =
        [
            store.SendAsync(Small("a", partition: 1)), store.SendAsync(Small("b", partition: 3, topic: "other")),
            store.SendAsync(Small("c", partition: 0)),
        ];
        Burst.End();
        SendResult[] results = await Task.WhenAll(sends);

        FakeRequest batch = Assert.Single(_broker.Sends);
        Assert.Equal(("T%%other", "true", "true", "1"), (batch.Fields["b"], batch.Fields["m"], batch.Fields["n"], batch.Fields["e"]));
        IReadOnlyList<FakeRecord> records = batch.Records(isMultiTopic: true);
        Assert.Equal([("a", 0, 1), ("b", 1, 3), ("c", 0, 0)], records.Select(record => (record.Body, record.TopicIndex, record.QueueId)));
        Assert.Equal(batch.Body.Length, records.Sum(record => record.Size));
        Assert.Equal([(1, -1L), (3, -1), (0, -1)], results.Select(result => (result.Partition, result.Offset)));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    private static SendRequest Small(string body, int partition = 0, int timeoutMs = 0, string topic = StoreUnderTest.TopicName) =>
        StoreUnderTest.Message(body, partition, autoBatch: true, timeoutMs: timeoutMs, topic: topic);

    /// <summary>Sends the rest while the first one's answer is held back, then lets it go.</summary>
    private async Task<Task<SendResult>[]> SendBehindOneAsync(StoreUnderTest store, params string[] bodies)
    {
        Hold();
        Task<SendResult> first = store.SendAsync(Small(bodies[0]));
        await _broker.NextSendAsync();
        Task<SendResult>[] rest = [.. bodies[1..].Select(body => store.SendAsync(Small(body)))];
        Release();
        return [first, .. rest];
    }

    private StoreUnderTest Start(AutoBatchSettings? batching = null, Action<RocketMqStoreOptions>? options = null)
    {
        _broker.OnSend = (request, connection) =>
        {
            lock (_lock)
            {
                if (_isHolding)
                {
                    _held.Enqueue(() => Answer(request, connection));
                    return;
                }
            }

            Answer(request, connection);
        };
        return new StoreUnderTest(
            each =>
            {
                each.AutoBatch = batching ?? new AutoBatchSettings { Enabled = true };
                options?.Invoke(each);
            },
            _broker);
    }

    private void Answer(FakeRequest request, FakeConnection connection)
    {
        if (_script is not null && _script(request, connection))
        {
            return;
        }

        connection.Reply(request, offset: _nextOffset);
        _nextOffset += request.Code == RequestCode.SendBatch && request.Fields["n"] != "true" ? request.Records().Count : 1;
    }

    private void Hold()
    {
        lock (_lock)
        {
            _isHolding = true;
        }
    }

    private void Release()
    {
        lock (_lock)
        {
            _isHolding = false;
            while (_held.TryDequeue(out Action? answer))
            {
                answer();
            }
        }
    }
}
