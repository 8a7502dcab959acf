using Ddmq.Core.Messages;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>What becomes of messages when their store is disposed.</summary>
public sealed class StoppingTests
{
    [Fact]
    public async Task DisposeAsync_AnswersComeInTime_EveryMessageIsStored()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        broker.OnSend = (request, connection) => _ = Task.Delay(100).ContinueWith(_ => connection.Reply(request), TaskScheduler.Default);
        var store = new StoreUnderTest(options => options.DrainTimeout = TimeSpan.FromSeconds(30), broker);
        Task<SendResult>[] sends = [.. Enumerable.Range(0, 20).Select(i => store.SendAsync($"{i}"))];

        await store.DisposeAsync();

        Assert.All(sends, send => Assert.True(send is { IsCompletedSuccessfully: true, Result.IsOk: true }));
    }

    [Fact]
    public async Task DisposeAsync_AnswersDoNotCome_SentOnesAreUnknownAndWaitingOnesAreNotStored()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        broker.OnSend = (_, _) => { };
        var store = new StoreUnderTest(
            options =>
            {
                options.MaxInFlightPerBroker = 8;
                options.DrainTimeout = TimeSpan.FromMilliseconds(50);
            },
            broker);
        Task<SendResult>[] sends = [.. Enumerable.Range(0, 20).Select(i => store.SendAsync($"{i}"))];
        for (int i = 0; i < 8; i++)
        {
            await broker.NextSendAsync();
        }

        await store.DisposeAsync();

        SendResult[] results = await Task.WhenAll(sends);
        Assert.Equal(
            Enumerable.Range(0, 20).Select(i => i < 8 ? (SendStatus.Unknown, Stored.Unknown) : (SendStatus.ShuttingDown, Stored.No)),
            results.Select(result => (result.Status, result.Stored)));
    }

    [Fact]
    public async Task DisposeAsync_NoRouteYet_WaitingMessagesAreNotStored()
    {
        await using FakeRocketMq closed = StoreUnderTest.Broker();
        closed.StopListening();
        var store = new StoreUnderTest(options => options.DrainTimeout = TimeSpan.FromMilliseconds(20), closed);
        Task<SendResult> sending = store.SendAsync("x");

        await store.DisposeAsync();

        SendResult result = await sending;
        Assert.Equal((SendStatus.ShuttingDown, Stored.No), (result.Status, result.Stored));
    }

    [Fact]
    public async Task DisposeAsync_MessagesGatherForABatch_SentOnesAreUnknownAndWaitingOnesAreNotStored()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker(queues: 1);
        broker.OnSend = (_, _) => { };
        var store = new StoreUnderTest(
            options =>
            {
                options.AutoBatch = new() { Enabled = true };
                options.DrainTimeout = TimeSpan.FromMilliseconds(20);
            },
            broker);
        Task<SendResult> first = store.SendAsync(StoreUnderTest.Message("first", autoBatch: true));
        await broker.NextSendAsync();
        Task<SendResult> second = store.SendAsync(StoreUnderTest.Message("second", autoBatch: true));

        await store.DisposeAsync();

        Assert.Equal((SendStatus.Unknown, Stored.Unknown), ((await first).Status, (await first).Stored));
        Assert.Equal((SendStatus.ShuttingDown, Stored.No), ((await second).Status, (await second).Stored));
    }

    [Fact]
    public async Task SendAsync_AfterDispose_IsAnsweredAtOnce()
    {
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        var store = new StoreUnderTest(_ => { }, broker);
        await store.DisposeAsync();

        ValueTask<SendResult> sending = store.Store.SendAsync(StoreUnderTest.Message("x"));

        Assert.True(sending.IsCompleted);
        Assert.Equal((SendStatus.ShuttingDown, Stored.No), ((await sending).Status, Stored.No));
        Assert.Empty(broker.Requests);
    }
}
