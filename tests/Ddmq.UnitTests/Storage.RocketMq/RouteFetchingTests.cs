using Ddmq.Core.Messages;
using Ddmq.TestKit.Storage;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>How a store comes to routes, and what it does without one.</summary>
public sealed class RouteFetchingTests
{
    [Fact]
    public async Task SendAsync_FirstMessages_WaitForTheRouteInOrder()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        using var release = new ManualResetEventSlim();
        Func<string, string?> answer = broker.OnRoute;
        broker.OnRoute = topic =>
        {
            release.Wait(TimeSpan.FromSeconds(30));
            return answer(topic);
        };
        await using var store = new StoreUnderTest(_ => { }, broker);

        Task<SendResult>[] sends = [.. Enumerable.Range(0, 50).Select(i => store.SendAsync($"{i}"))];
        Assert.All(sends, send => Assert.False(send.IsCompleted));
        release.Set();
        SendResult[] results = await Task.WhenAll(sends);

        Assert.All(results, result => Assert.True(result.IsOk, result.ToString()));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), broker.Sends.Select(send => send.BodyText));
    }

    [Fact]
    public async Task SendAsync_NoNameServerAnswers_IsTimeoutAndNotStoredAtTheDeadline()
    {
        await using FakeRocketMq closed = StoreUnderTest.Broker();
        closed.StopListening();
        await using var store = new StoreUnderTest(_ => { }, closed);

        SendResult result = await store.SendAsync("x", timeoutMs: 100);

        Assert.Equal((SendStatus.Timeout, Stored.No), (result.Status, result.Stored));
        await StoreUnderTest.UntilAsync(() => store.Store.Trouble?.StartsWith("No name server answers", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task SendAsync_NameServerComesBackBeforeTheDeadline_IsStored()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        await using var nameServer = new FakeRocketMq();
        int port = nameServer.Port;
        await nameServer.DisposeAsync();
        await using var store = new StoreUnderTest(_ => { }, nameServer);
        Task<SendResult> sending = store.SendAsync("x");
        await StoreUnderTest.UntilAsync(() => store.Store.Trouble is not null);

        await using var again = new FakeRocketMq(port: port);
        again.Routes[StoreUnderTest.TopicName] = FakeRocketMq.Route(1, broker);

        Assert.True((await sending).IsOk);
        Assert.Null(store.Store.Trouble);
    }

    [Fact]
    public async Task SendAsync_FirstNameServerDown_AsksTheNext()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        await using FakeRocketMq down = StoreUnderTest.Broker();
        down.StopListening();
        await using var store = new StoreUnderTest(_ => { }, down, broker);

        Assert.True((await store.SendAsync("x")).IsOk);
        Assert.Null(store.Store.Trouble);
    }

    [Fact]
    public async Task SendAsync_UnknownTopic_IsTopicNotExistAndNotAskedForAgainAtOnce()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        await using var store = new StoreUnderTest(options => options.AutoCreateTopics = false, broker);

        SendResult first = await store.SendAsync(StoreUnderTest.Message("x", topic: "unknown"));
        SendResult second = await store.SendAsync(StoreUnderTest.Message("x", topic: "unknown"));

        Assert.Equal((SendStatus.TopicNotExist, Stored.No), (first.Status, first.Stored));
        Assert.Equal(first, second);
        Assert.Single(broker.Requests);
    }

    [Fact]
    public async Task SendAsync_UnknownTopicIsCreatedLater_IsFoundAfterAShortTime()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        await using var store = new StoreUnderTest(options => options.AutoCreateTopics = false, broker);
        Assert.Equal(SendStatus.TopicNotExist, (await store.SendAsync(StoreUnderTest.Message("x", topic: "later"))).Status);
        broker.Routes["later"] = FakeRocketMq.Route(1, broker);

        SendResult result;
        do
        {
            result = await store.SendAsync(StoreUnderTest.Message("x", topic: "later"));
            await Task.Delay(20);
        }
        while (result.Status == SendStatus.TopicNotExist);

        Assert.True(result.IsOk);
    }

    [Fact]
    public async Task SendAsync_TopicToBeCreated_UsesTheTemplateWithinWhatWillBeCreated()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        broker.Routes["TBW102"] = FakeRocketMq.Route(8, 7, null, broker);
        await using var store = new StoreUnderTest(options => options.DefaultTopicQueueNums = 3, broker);

        SendResult[] results = [];
        for (int partition = 0; partition < 6; partition++)
        {
            results = [.. results, await store.SendAsync(StoreUnderTest.Message("x", partition, topic: "new"))];
        }

        Assert.Equal([0, 1, 2, 0, 1, 2], results.Select(result => result.Partition));
        Assert.Equal(["0", "1", "2", "0", "1", "2"], broker.Sends.Select(send => send.Fields["e"]));
        Assert.All(broker.Sends, send => Assert.Equal(("new", "TBW102", "3"), (send.Fields["b"], send.Fields["c"], send.Fields["d"])));
    }

    [Fact]
    public async Task SendAsync_TopicWasCreated_IsRoutedByItsOwnRouteSoon()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        broker.Routes["TBW102"] = FakeRocketMq.Route(8, 7, null, broker);
        await using var store = new StoreUnderTest(_ => { }, broker);
        Assert.True((await store.SendAsync(StoreUnderTest.Message("x", topic: "new"))).IsOk);

        broker.Routes["new"] = FakeRocketMq.Route(9, broker);

        SendResult result;
        do
        {
            result = await store.SendAsync(StoreUnderTest.Message("x", partition: 8, topic: "new"));
        }
        while (result.Partition != 8);
    }

    [Fact]
    public async Task SendAsync_NameServerFailsLater_TheKnownRouteStays()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        await using var nameServer = new FakeRocketMq();
        nameServer.Routes[StoreUnderTest.TopicName] = FakeRocketMq.Route(2, broker);
        await using var store = new StoreUnderTest(options => options.PollNameServerInterval = TimeSpan.FromMilliseconds(10), nameServer);
        Assert.True((await store.SendAsync("x")).IsOk);

        await nameServer.DisposeAsync();
        await StoreUnderTest.UntilAsync(() => store.Store.Trouble is not null);

        Assert.True((await store.SendAsync("y")).IsOk);
    }

    [Fact]
    public async Task SendAsync_TopicVanishesFromTheNameServer_TheKnownRouteStays()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        await using var store = new StoreUnderTest(options => options.PollNameServerInterval = TimeSpan.FromMilliseconds(10), broker);
        Assert.True((await store.SendAsync("x")).IsOk);
        broker.Routes.Clear();
        long before = store.Store.Counters.RouteRefreshes;

        await StoreUnderTest.UntilAsync(() => store.Store.Counters.RouteRefreshes > before + 2);

        Assert.True((await store.SendAsync("y")).IsOk);
    }

    [Fact]
    public async Task SendAsync_RouteChangesOnSchedule_GoesToTheNewBroker()
    {
        await using FakeRocketMq first = StoreUnderTest.Broker();
        await using FakeRocketMq second = StoreUnderTest.Broker(name: "broker-b");
        await using var store = new StoreUnderTest(options => options.PollNameServerInterval = TimeSpan.FromMilliseconds(10), first);
        Assert.True((await store.SendAsync("x")).IsOk);

        first.Routes[StoreUnderTest.TopicName] = FakeRocketMq.Route(2, second);

        await StoreUnderTest.UntilAsync(() =>
        {
            _ = store.SendAsync("y");
            return second.Sends.Count > 0;
        });
    }

    [Fact]
    public async Task SendAsync_BrokerSaysTheRouteIsStale_TheRouteIsFetchedSoon()
    {
        await using FakeRocketMq first = StoreUnderTest.Broker();
        await using FakeRocketMq second = StoreUnderTest.Broker(name: "broker-b");
        first.OnSend = (request, connection) => connection.Reply(request, 14, remark: "not writable");
        await using var store = new StoreUnderTest(options => options.PollNameServerInterval = TimeSpan.FromHours(1), first);

        SendResult refused = await store.SendAsync("x");
        first.Routes[StoreUnderTest.TopicName] = FakeRocketMq.Route(2, second);

        Assert.Equal((SendStatus.Unknown, Stored.No, true), (refused.Status, refused.Stored, refused.RetryElsewhere));
        Assert.Contains("broker-a answered 14: not writable", refused.Detail, StringComparison.Ordinal);
        await StoreUnderTest.UntilAsync(() =>
        {
            _ = store.SendAsync("y");
            return second.Sends.Count > 0;
        });
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(6, 0)]
    public async Task SendAsync_NoQueueCanBeWrittenTo_IsTopicNotExist(int permission, int queues)
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        broker.Routes[StoreUnderTest.TopicName] = FakeRocketMq.Route(queues, permission, null, broker);
        await using var store = new StoreUnderTest(_ => { }, broker);

        SendResult result = await store.SendAsync("x", partition: -2);

        Assert.Equal((SendStatus.TopicNotExist, Stored.No), (result.Status, result.Stored));
    }

    [Fact]
    public async Task SendAsync_OrderTopic_UsesTheConfiguredListOneRequestAtATimeForEachQueue()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        broker.Routes[StoreUnderTest.TopicName] = FakeRocketMq.Route(1, 4, "broker-a:3", broker);
        var held = new TaskCompletionSource();
        broker.OnSend = (request, connection) => held.Task.ContinueWith(
            _ => connection.Reply(request, offset: 1), TaskScheduler.Default);
        await using var store = new StoreUnderTest(_ => { }, broker);

        Task<SendResult>[] sends = [store.SendAsync("0", 2), store.SendAsync("1", 2), store.SendAsync("2", 1), store.SendAsync("3", 2)];
        string[] first = [(await broker.NextSendAsync()).BodyText, (await broker.NextSendAsync()).BodyText];
        int sentAtOnce = broker.Sends.Count;
        held.SetResult();
        SendResult[] results = await Task.WhenAll(sends);

        Assert.Equal(["0", "2"], first.Order());
        Assert.Equal(2, sentAtOnce);
        Assert.Equal([2, 2, 1, 2], results.Select(result => result.Partition));
        Assert.Equal(["0", "1", "3"], broker.Sends.Where(send => send.Fields["e"] == "2").Select(send => send.BodyText));
    }

    [Fact]
    public async Task WarmUpAsync_TopicsKnownAndUnknown_FetchesRoutesAndConnects()
    {
        await using FakeRocketMq nameServer = StoreUnderTest.Broker();
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        nameServer.Routes[StoreUnderTest.TopicName] = FakeRocketMq.Route(2, broker);
        await using var store = new StoreUnderTest(_ => { }, nameServer);

        bool reached = await store.Store.WarmUpAsync([StoreUnderTest.TopicName, "unknown"], CancellationToken.None);

        Assert.True(reached);
        await StoreUnderTest.UntilAsync(() => broker.Accepted > 0);
        Assert.Equal(1, broker.Accepted);
        int asked = nameServer.Requests.Count;
        Assert.True((await store.SendAsync("x")).IsOk);
        Assert.Equal(asked, nameServer.Requests.Count);
    }

    [Fact]
    public async Task WarmUpAsync_BrokerDown_SaysSo()
    {
        await using FakeRocketMq nameServer = StoreUnderTest.Broker();
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        nameServer.Routes[StoreUnderTest.TopicName] = FakeRocketMq.Route(2, broker);
        broker.StopListening();
        await using var store = new StoreUnderTest(_ => { }, nameServer);

        Assert.False(await store.Store.WarmUpAsync([StoreUnderTest.TopicName], CancellationToken.None));
        Assert.Contains("No broker can be reached (broker-a:", store.Store.Trouble, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rmq_sys_wheel_timer", SendStatus.IllegalMessage)]
    [InlineData("SCHEDULE_TOPIC_XXXX", SendStatus.IllegalMessage)]
    [InlineData("TBW102", SendStatus.IllegalMessage)]
    [InlineData("with space", SendStatus.IllegalMessage)]
    [InlineData("", SendStatus.IllegalMessage)]
    [InlineData("128", SendStatus.TopicNotExist)]
    public async Task SendAsync_TopicThatBrokersMustNotSee_IsRefusedAtOnce(string topic, SendStatus status)
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        await using var store = new StoreUnderTest(_ => { }, broker);

        ValueTask<SendResult> sending = store.Store.SendAsync(TestRequests.Create(topic == "128" ? new string('t', 128) : topic, "body"));

        Assert.True(sending.IsCompleted);
        SendResult result = await sending;
        Assert.Equal((status, Stored.No), (result.Status, result.Stored));
        Assert.Empty(broker.Requests);
    }
}
