using Ddmq.Core.Messages;
using Ddmq.Storage.RocketMq;
using Ddmq.TestKit.Time;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>Other brokers, busy brokers, and the limit in front of each.</summary>
public sealed class RetryAndLimitTests
{
    [Fact]
    public async Task SendAsync_LaterAttempt_GoesToAnotherBrokerAndSaysSo()
    {
        await using FakeRocketMq a = StoreUnderTest.Broker(name: "a");
        await using FakeRocketMq b = StoreUnderTest.Broker(name: "b");
        a.Routes[StoreUnderTest.TopicName] = FakeRocketMq.Route(2, a, b);
        a.OnSend = (request, connection) => connection.Reply(request, 2, remark: "[TIMEOUT_CLEAN_QUEUE]");
        await using var store = new StoreUnderTest(_ => { }, a);
        SendRequest request = StoreUnderTest.Message("x", partition: 0);

        SendResult busy = await store.SendAsync(request);
        request.Attempt++;
        SendResult stored = await store.SendAsync(request);

        Assert.Equal((SendStatus.Unknown, Stored.No, true), (busy.Status, busy.Stored, busy.RetryElsewhere));
        Assert.True(stored.IsOk);
        Assert.InRange(stored.Partition, 2, 3);
        Assert.Equal("b", request.LastBroker);
    }

    [Fact]
    public async Task SendAsync_StrongOrderTopic_StaysWithItsQueueOnLaterAttempts()
    {
        await using FakeRocketMq a = StoreUnderTest.Broker(name: "a");
        await using FakeRocketMq b = StoreUnderTest.Broker(name: "b");
        a.Routes[StoreUnderTest.TopicName] = FakeRocketMq.Route(2, a, b);
        await using var store = new StoreUnderTest(_ => { }, a);
        SendRequest request = StoreUnderTest.Message("x", partition: 1, strongOrder: true);
        await store.SendAsync(request);
        request.Attempt = 3;

        Assert.Equal(1, (await store.SendAsync(request)).Partition);
    }

    [Fact]
    public async Task SendAsync_RandomWhileABrokerIsLost_KeepsAwayFromItUntilItIsBack()
    {
        await using FakeRocketMq a = StoreUnderTest.Broker(name: "a");
        await using FakeRocketMq b = StoreUnderTest.Broker(name: "b");
        a.Routes[StoreUnderTest.TopicName] = FakeRocketMq.Route(2, a, b);
        await using var store = new StoreUnderTest(_ => { }, a);
        await store.SendAsync("to b", partition: 2);
        int port = b.Port;
        await b.DisposeAsync();
        await StoreUnderTest.UntilAsync(() => !store.Store.Brokers[1].IsConnected);

        // Closed while idle it is no failure yet; the first message finds out.
        Assert.Equal(Stored.No, (await store.SendAsync("finds out", partition: 2)).Stored);
        SendResult[] results = [];
        for (int i = 0; i < 50; i++)
        {
            results = [.. results, await store.SendAsync($"{i}", partition: -2)];
        }

        // Now and then one is sent as a probe.
        Assert.InRange(results.Count(result => !result.IsOk), 0, 10);
        Assert.True(store.Store.Brokers[1].IsGrey);

        await using var again = new FakeRocketMq("b", port: port);
        await StoreUnderTest.UntilAsync(() =>
        {
            _ = store.SendAsync("probe", partition: -2);
            return !store.Store.Brokers[1].IsGrey;
        });
    }

    [Fact]
    public async Task SendAsync_MoreThanTheLimit_WaitInOrderForAnswers()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        var gate = new SemaphoreSlim(0);
        broker.OnSend = (request, connection) => _ = Task.Run(async () =>
        {
            await gate.WaitAsync();
            connection.Reply(request);
        });
        await using var store = new StoreUnderTest(options => options.MaxInFlightPerBroker = 8, broker);

        Task<SendResult>[] sends = [.. Enumerable.Range(0, 40).Select(i => store.SendAsync($"{i}"))];
        for (int i = 0; i < 8; i++)
        {
            await broker.NextSendAsync();
        }

        await StoreUnderTest.UntilAsync(() => store.Store.Brokers[0].Waiting == 32);
        BrokerStatus status = store.Store.Brokers[0];
        gate.Release(40);
        SendResult[] results = await Task.WhenAll(sends);

        Assert.Equal((8, 8), (status.InFlight, status.Limit));
        Assert.All(results, result => Assert.True(result.IsOk, result.ToString()));
        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"{i}"), broker.Sends.Select(send => send.BodyText));
    }

    [Fact]
    public async Task SendAsync_DeadlineComesWhileWaitingForTheLimit_IsTimeoutAndNeverSent()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        broker.OnSend = (_, _) => { };
        await using var store = new StoreUnderTest(
            options =>
            {
                options.MaxInFlightPerBroker = 8;
                options.CallTimeout = TimeSpan.FromSeconds(20);
            },
            broker);
        Task<SendResult>[] held = [.. Enumerable.Range(0, 8).Select(i => store.SendAsync($"{i}"))];
        for (int i = 0; i < 8; i++)
        {
            await broker.NextSendAsync();
        }

        SendResult late = await store.SendAsync("late", timeoutMs: 100);
        broker.DropConnections();
        await Task.WhenAll(held);

        Assert.Equal((SendStatus.Timeout, Stored.No), (late.Status, late.Stored));
        Assert.Equal(8, broker.Sends.Count);
    }

    [Fact]
    public async Task SendAsync_DeadlineHasComeAlready_IsTimeoutAndNeverSent()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        await using var store = new StoreUnderTest(_ => { }, broker);
        await store.SendAsync("first");
        SendRequest late = StoreUnderTest.Message("late");
        late.DeadlineTimestamp = TimeProvider.System.GetTimestamp() - 1;

        SendResult result = await store.SendAsync(late);

        Assert.Equal((SendStatus.Timeout, Stored.No), (result.Status, result.Stored));
        Assert.Equal("first", Assert.Single(broker.Sends).BodyText);
    }

    [Fact]
    public async Task SendAsync_AnsweredAtOnce_WakesNobodyForItsDeadline()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        var time = new CountedTimers(TimeProvider.System);
        await using var store = new StoreUnderTest(time, _ => { }, broker);
        await store.SendAsync("first", timeoutMs: 5000);
        int before = time.Fired;
        long began = time.GetTimestamp();

        TimeSpan elapsed = TimeSpan.Zero;
        while (elapsed < TimeSpan.FromSeconds(1))
        {
            Assert.True((await store.SendAsync("x", timeoutMs: 5000)).IsOk);
            elapsed = time.GetElapsedTime(began);
        }

        // What is done a few times a second, and not what it takes to keep to deadlines by looking for them all the time.
        Assert.InRange(time.Fired - before, 1, 20 * elapsed.TotalSeconds);
    }

    [Fact]
    public async Task SendAsync_WaitsBehindOthersWithMoreTime_IsTimeoutAtItsOwnDeadline()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        broker.OnSend = (_, _) => { };
        var time = new ManualTimeProvider();
        await using var store = new StoreUnderTest(time, options => options.MaxInFlightPerBroker = 8, broker);
        Task<SendResult>[] patient = [.. Enumerable.Range(0, 20).Select(i => SendAsync(5000))];
        await StoreUnderTest.UntilAsync(() => store.Store.Brokers is [{ Waiting: 12 }]);
        Task<SendResult>[] hurried = [SendAsync(60), SendAsync(60)];

        time.Advance(TimeSpan.FromMilliseconds(59));
        int before = store.Store.Brokers[0].Waiting;
        time.Advance(TimeSpan.FromMilliseconds(3));
        int after = store.Store.Brokers[0].Waiting;
        time.Advance(TimeSpan.FromSeconds(7)); // the store would wait for those it has sent

        Assert.Equal((14, 12), (before, after));
        SendResult[] results = [.. await Task.WhenAll(patient), .. await Task.WhenAll(hurried)];
        Assert.All(results, result => Assert.Equal(SendStatus.Timeout, result.Status));

        Task<SendResult> SendAsync(int timeoutMs)
        {
            SendRequest request = StoreUnderTest.Message("x");
            request.DeadlineTimestamp = time.GetTimestamp() + (timeoutMs * time.TimestampFrequency / 1000);
            return store.SendAsync(request);
        }
    }

    [Fact]
    public async Task SendAsync_WaitingQueueFull_IsRefusedAtOnce()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        broker.OnSend = (_, _) => { };
        await using var store = new StoreUnderTest(
            options =>
            {
                options.MaxInFlightPerBroker = 8;
                options.MaxWaiting = 10;
                options.CallTimeout = TimeSpan.FromSeconds(20);
            },
            broker);
        await store.Store.WarmUpAsync([StoreUnderTest.TopicName], CancellationToken.None);
        Task<SendResult>[] held = [.. Enumerable.Range(0, 18).Select(i => store.SendAsync($"{i}"))];

        SendResult refused = await store.SendAsync("one too many");
        Assert.All(held, send => Assert.False(send.IsCompleted));

        Assert.Equal((SendStatus.Unknown, Stored.No, true), (refused.Status, refused.Stored, refused.RetryElsewhere));
        Assert.Contains("broker-a is behind", refused.Detail, StringComparison.Ordinal);

        // A batch that has been begun is not cut off in its middle.
        SendRequest rest = StoreUnderTest.Message("rest of a batch", 0);
        rest.IsRestOfBatch = true;
        Task<SendResult> waiting = store.SendAsync(rest);
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task SendAsync_BrokerStaysBusy_TriesSomeTimesThenAnswersAndLowersTheLimit()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        broker.OnSend = (request, connection) => connection.Reply(request, 2, remark: "busy");
        await using var store = new StoreUnderTest(_ => { }, broker);

        SendResult result = await store.SendAsync("x");

        Assert.Equal((SendStatus.Unknown, Stored.No, true), (result.Status, result.Stored, result.RetryElsewhere));
        Assert.Equal("broker-a answered 2: busy", result.Detail);
        Assert.Equal(4, broker.Sends.Count);
        BrokerStatus status = store.Store.Brokers[0];
        Assert.Equal(4, status.BusyAnswers);
        Assert.InRange(status.Limit, 8, 32);
    }

    [Fact]
    public async Task SendAsync_BrokerBusyForAMoment_IsStoredInItsQueueAndInOrder()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        int busy = 3;
        long offset = 0;
        broker.OnSend = (request, connection) =>
        {
            bool isBusy = request.BodyText == "1" && busy-- > 0;
            connection.Reply(request, isBusy ? 2 : 0, offset: isBusy ? 0 : offset++);
        };
        await using var store = new StoreUnderTest(_ => { }, broker);

        SendResult[] results = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(i => store.SendAsync(StoreUnderTest.Message($"{i}", strongOrder: true))));

        Assert.Equal([0L, 1, 2, 3], results.Select(result => result.Offset));
        Assert.Equal(7, broker.Sends.Count);
    }

    [Fact]
    public async Task SendAsync_BusyWithTooLittleTimeLeft_IsAnsweredAtOnce()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        broker.OnSend = (request, connection) => _ = Task.Delay(200).ContinueWith(_ => connection.Reply(request, 2), TaskScheduler.Default);
        await using var store = new StoreUnderTest(_ => { }, broker);
        await store.Store.WarmUpAsync([StoreUnderTest.TopicName], CancellationToken.None);

        SendResult result = await store.SendAsync("x", timeoutMs: 300);

        Assert.Equal((SendStatus.Unknown, Stored.No), (result.Status, result.Stored));
        Assert.Single(broker.Sends);
    }

    [Theory]
    [InlineData(WeakStorage.IsOk, SendStatus.Ok)]
    [InlineData(WeakStorage.IsFailure, SendStatus.Unknown)]
    public async Task SendAsync_StoredButNotFlushed_FollowsThePolicyAndIsCounted(WeakStorage policy, SendStatus status)
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        broker.OnSend = (request, connection) => connection.Reply(request, 10, offset: 4);
        await using var store = new StoreUnderTest(options => options.WeakStorage = policy, broker);

        SendResult result = await store.SendAsync("x");

        Assert.Equal((status, Stored.Yes, 4L), (result.Status, result.Stored, result.Offset));
        Assert.Equal((1L, 1L), (store.Store.Counters.Stored, store.Store.Counters.WeaklyStored));
    }
}
