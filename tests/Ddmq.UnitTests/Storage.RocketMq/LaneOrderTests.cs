using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Storage.RocketMq.Remoting;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>
/// Where order counts, what waits in a lane is not sent when an earlier message has failed and waits aside; whether answers come within an event
/// loop's round or on a thread of the connection's own, where the lane goes on at once.
/// </summary>
public sealed class LaneOrderTests : IAsyncLifetime
{
    private readonly FakeRocketMq _broker = StoreUnderTest.Broker(queues: 1);
    private readonly TaskCompletionSource _answer = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ended_SingleMessageRefused_ThoseThatWouldOvertakeItAreNotSent(bool isWatched)
    {
        await using StoreUnderTest store = await StartAsync(isWatched);
        Task<SendResult> first = SendNow(store, Message("first"));
        await _broker.NextSendAsync();

        SendResult[] results = await SendBehindAsync(store, first);

        Assert.False((await first).IsOk);
        Assert.Equal([SendResult.Overtaking, SendResult.Ok(0, results[1].Offset), SendResult.Overtaking], results);
        Assert.Equal(["first", "1"], _broker.Sends.Select(send => send.BodyText));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ended_BatchRefused_ThoseThatWouldOvertakeItAreNotSent(bool isWatched)
    {
        await using StoreUnderTest store = await StartAsync(isWatched);
        Burst.Begin();
        Task<SendResult>[] batch = [SendNow(store, Message("a")), SendNow(store, Message("b"))];
        Burst.End();
        await _broker.NextSendAsync();

        SendResult[] results = await SendBehindAsync(store, batch[1]);

        Assert.All(await Task.WhenAll(batch), result => Assert.Equal(Stored.No, result.Stored));
        Assert.Equal([SendResult.Overtaking, SendResult.Ok(0, results[1].Offset), SendResult.Overtaking], results);
        Assert.Equal([RequestCode.SendBatch, RequestCode.SendMessageV2], _broker.Sends.Select(send => send.Code));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    private static SendRequest Message(string body) => StoreUnderTest.Message(body, partition: 0, autoBatch: true, strongOrder: true);

    // Completes where the store answers, before it goes on.
    private static Task<SendResult> SendNow(StoreUnderTest store, SendRequest request) => store.Store.SendAsync(request).AsTask();

    /// <summary>The first request is refused with a code that says nothing of its messages, when <see cref="_answer"/> allows it.</summary>
    private async Task<StoreUnderTest> StartAsync(bool isWatched)
    {
        int requests = 0;
        _broker.OnSend = (request, connection) =>
        {
            if (Interlocked.Increment(ref requests) == 1)
            {
                _ = _answer.Task.ContinueWith(_ => connection.Reply(request, ResponseCode.ServiceNotAvailable), TaskScheduler.Default);
            }
            else
            {
                connection.Reply(request);
            }
        };
        var store = new StoreUnderTest(
            TimeProvider.System, options => options.AutoBatch = new() { Enabled = true }, isWatched, _broker);
        await store.Store.WarmUpAsync([StoreUnderTest.TopicName], CancellationToken.None);
        return store;
    }

    /// <summary>Sends three behind what is under way, of which the second has another order; then the broker refuses what is under way.</summary>
    private async Task<SendResult[]> SendBehindAsync(StoreUnderTest store, Task<SendResult> failing)
    {
        Task<SendResult>[] behind = [.. Enumerable.Range(0, 3).Select(i =>
        {
            SendRequest request = Message($"{i}");
            request.HasEarlierAside = _ => failing.IsCompleted && i != 1;
            return store.SendAsync(request);
        })];
        _answer.SetResult();
        return await Task.WhenAll(behind);
    }
}
