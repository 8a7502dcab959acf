using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Storage.RocketMq;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>When what has gathered leaves: with its round of the front door, when that has nothing more to read, or at once.</summary>
public sealed class LaneRoundTests : IAsyncLifetime
{
    private readonly FakeRocketMq _broker = StoreUnderTest.Broker();

    [Fact]
    public async Task Add_RoundsOfABusyFrontDoor_GatherUntilItIsQuiet()
    {
        await using StoreUnderTest store = await StartAsync();

        Task<SendResult>[] sends = [.. Round(store, "a", "b"), .. Round(store, "c"), .. Round(store, "d", "e")];

        await AssertStoredAsync(store, sends, beforeQuiet: 0);
        Assert.Equal(["a", "b", "c", "d", "e"], Assert.Single(_broker.Sends).Records().Select(record => record.Body));
    }

    [Fact]
    public async Task Add_WhatCanLeaveIsFull_LeavesWithTheRound()
    {
        // A queue has one request at a time.
        await using StoreUnderTest store = await StartAsync(maxMessages: 2);

        await AssertStoredAsync(store, Round(store, "a", "b"), beforeQuiet: 2);
    }

    [Fact]
    public async Task Add_BetweenTwoRounds_IsNotPutOff()
    {
        await using StoreUnderTest store = await StartAsync();

        await AssertStoredAsync(store, [.. Round(store, "a"), store.SendAsync(Small("b"))], beforeQuiet: 2);
    }

    [Fact]
    public async Task Add_NothingJoinsTheMessage_LeavesWithTheRound()
    {
        await using StoreUnderTest store = await StartAsync();

        Burst.Begin();
        Task<SendResult> send = store.SendAsync(StoreUnderTest.Message("ordered", strongOrder: true));

        Assert.False(Burst.EndRound(isQuiet: false));
        Assert.True((await send).IsOk);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    private static SendRequest Small(string body) => StoreUnderTest.Message(body, autoBatch: true);

    /// <summary>A round after which there is more to read.</summary>
    private static Task<SendResult>[] Round(StoreUnderTest store, params string[] bodies)
    {
        Burst.Begin();
        Task<SendResult>[] sends = [.. bodies.Select(body => store.SendAsync(Small(body)))];
        Burst.EndRound(isQuiet: false);
        return sends;
    }

    /// <summary>Looks how many have left in a batch, then has the front door find nothing more. On the thread of the rounds.</summary>
    private static async Task AssertStoredAsync(StoreUnderTest store, Task<SendResult>[] sends, int beforeQuiet)
    {
        Assert.Equal(beforeQuiet, store.Store.Counters.BatchMessages);
        Assert.False(Burst.EndRound(isQuiet: true));
        Assert.All(await Task.WhenAll(sends), result => Assert.True(result.IsOk));
    }

    private async Task<StoreUnderTest> StartAsync(int maxMessages = 32)
    {
        var store = new StoreUnderTest(
            options => options.AutoBatch = new AutoBatchSettings { Enabled = true, MaxMessages = maxMessages }, _broker);
        await store.Store.WarmUpAsync([StoreUnderTest.TopicName], CancellationToken.None);
        return store;
    }
}
