using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Core.Topics;
using Ddmq.Storage.Kafka.Sending;
using Xunit;

namespace Ddmq.UnitTests.Storage.Kafka;

/// <summary>
/// When more comes than the cluster acknowledges, what would be acknowledged too late is refused at once. An acknowledgement takes 10 ms when little
/// is under way, and 50 messages take 100 ms.
/// </summary>
public sealed class KafkaOverloadTests : IDisposable
{
    private const int AnyPartition = -2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Hurry = TimeSpan.FromMilliseconds(60);

    private SendFixture _fixture = new();
    private readonly List<Task<SendResult>> _patient = [];

    [Theory]
    [InlineData(0)]
    [InlineData(AnyPartition)]
    public async Task Add_MoreThanIsAcknowledgedInTheCallsTime_IsRefusedAtOnceAndNeverHandedOver(int partitionId)
    {
        KafkaTopic topic = await Measured(partitionId);
        Queue(topic, 24, partitionId);

        Task<SendResult> hurried = _fixture.Send(topic, "hurried", Hurry, partitionId);

        Assert.True(hurried.IsCompleted);
        SendResult result = await hurried;
        Assert.Equal((SendStatus.RateLimited, Stored.No, false), (result.Status, result.Stored, result.RetryElsewhere));
        Assert.Equal("Kafka has more waiting than it acknowledges in this call's time, try again later", result.Detail);
        Assert.DoesNotContain("hurried", await Settle());
        Assert.Equal((0, 0), ((int)_fixture.Counters.Waiting, (int)_fixture.Counters.InFlight));
    }

    [Fact]
    public async Task Add_HandedOverAndNotAcknowledged_CountsAsWhatWaits()
    {
        KafkaTopic topic = await Measured();
        Queue(topic, 24);
        _fixture.Time.Advance(KafkaLane.Patience + TimeSpan.FromMilliseconds(5));
        Assert.Equal(0, _fixture.Counters.Waiting);

        Assert.True(_fixture.Send(topic, "hurried", Hurry).IsCompleted);
        await Settle();
    }

    [Fact]
    public async Task Add_OthersHaveJustBeenRefused_GoesWithWhatComesNext()
    {
        KafkaTopic topic = await Crowded();

        Task<SendResult> first = _fixture.Send(topic, "first", 2 * Hurry, AnyPartition);
        Task<SendResult> second = _fixture.Send(topic, "second", 2 * Hurry, AnyPartition);

        _fixture.Time.Advance(KafkaLane.Patience - TimeSpan.FromMilliseconds(1));
        Assert.Equal(22, _fixture.Taken.Count);
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Equal(["first", "second"], _fixture.Taken.Skip(22));
        await Settle();
        Assert.True((await first.WaitAsync(Patience)).IsOk && (await second.WaitAsync(Patience)).IsOk);
    }

    [Fact]
    public async Task Add_OthersHaveJustBeenRefused_GoesWhenThereIsAFullRequest()
    {
        KafkaTopic topic = await Crowded();

        // 22 are under way, and the client has three requests made at a time: these and one more share what there is.
        Queue(topic, 7, AnyPartition);
        Assert.Equal(22, _fixture.Taken.Count);
        Queue(topic, 1, AnyPartition);
        Assert.Equal(30, _fixture.Taken.Count);
        await Settle();
    }

    [Fact]
    public async Task Add_OthersHaveJustBeenRefused_NoMoreThanARequestTakesIsHandedOverTogether()
    {
        _fixture.Dispose();
        _fixture = new SendFixture(messagesInRequest: 2);
        KafkaTopic topic = await Crowded();

        Queue(topic, 1, AnyPartition);
        Assert.Equal(22, _fixture.Taken.Count);
        Queue(topic, 1, AnyPartition);
        Assert.Equal(24, _fixture.Taken.Count);
        await Settle();
    }

    [Fact]
    public async Task Add_OthersAreRefusedBeforeTheBurstEnds_WaitsForThemAndIsHandedOver()
    {
        KafkaTopic topic = await UnderWay();

        // Nothing waits: the lane is not looked after.
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(5));
        Burst.Begin();
        Task<SendResult> send = _fixture.Send(topic, "put off", partitionId: AnyPartition);
        Assert.True(_fixture.Send(topic, "hurried", Hurry, AnyPartition).IsCompleted);
        Burst.End();

        Assert.Equal(22, _fixture.Taken.Count);
        _fixture.Time.Advance(KafkaLane.Patience + TimeSpan.FromMilliseconds(5));
        Assert.Equal("put off", _fixture.Taken[^1]);
        await Settle();
        Assert.True((await send.WaitAsync(Patience)).IsOk);
    }

    [Fact]
    public async Task Add_NobodyHasBeenRefusedForAWhile_GoesAtOnce()
    {
        KafkaTopic topic = await Crowded();
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(100));
        _fixture.SettleAll(SendResult.Ok());

        Task<SendResult> send = _fixture.Send(topic, "alone", partitionId: AnyPartition);

        Assert.Equal(["alone"], _fixture.Taken);
        await Settle();
        Assert.True((await send.WaitAsync(Patience)).IsOk);
    }

    [Fact]
    public async Task Add_LineShortEnoughForTheCallsTime_WaitsAndIsStored()
    {
        KafkaTopic topic = await Measured();
        Queue(topic, 24);

        Task<SendResult> unhurried = _fixture.Send(topic, "unhurried", 2 * Hurry);

        Assert.False(unhurried.IsCompleted);
        Assert.Contains("unhurried", await Settle());
        Assert.True((await unhurried.WaitAsync(Patience)).IsOk);
    }

    [Fact]
    public async Task Add_NothingIsUnderWay_IsNeverRefused()
    {
        KafkaTopic topic = await Measured();

        Task<SendResult> hurried = _fixture.Send(topic, "hurried", TimeSpan.FromMilliseconds(1));

        Assert.Equal(["hurried"], await Settle());
        Assert.True((await hurried.WaitAsync(Patience)).IsOk);
    }

    [Fact]
    public async Task Add_TopicThatSpools_FailsAsWhatTheSpoolKeeps()
    {
        KafkaTopic topic = await Measured();
        Queue(topic, 24);

        SendResult result = await _fixture.Send(
            topic, "hurried", Hurry, change: OfTopic(new TopicConfig { Topic = "t", Policy = new TopicPolicy { Durability = TopicDurability.SpoolOnFailure } }))
            .WaitAsync(Patience);

        Assert.Equal((SendStatus.Unknown, Stored.No, false), (result.Status, result.Stored, result.RetryElsewhere));
        await Settle();
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(AnyPartition, true)]
    public async Task Add_StrongOrderTopic_IsRefusedOnlyWhenItsPartitionIsAny(int partitionId, bool isRefused)
    {
        KafkaTopic topic = await Measured(partitionId);
        Queue(topic, 24, partitionId);

        Task<SendResult> ordered = _fixture.Send(topic, "ordered", Hurry, partitionId, OfTopic(new TopicConfig { Topic = "t", StrongOrder = true }));

        Assert.Equal(isRefused, ordered.IsCompleted);
        await Settle();
    }

    [Fact]
    public async Task Add_RestOfABatch_Waits()
    {
        KafkaTopic topic = await Measured();
        Queue(topic, 24);

        Task<SendResult> rest = _fixture.Send(topic, "rest", Hurry, change: request => request.IsRestOfBatch = true);

        Assert.False(rest.IsCompleted);
        await Settle();
        Assert.True((await rest.WaitAsync(Patience)).IsOk);
    }

    [Fact]
    public async Task Add_MeasuredLongAgo_Waits()
    {
        KafkaTopic topic = await Measured();
        _fixture.Time.Advance(TimeSpan.FromSeconds(11));
        Queue(topic, 24);

        Assert.False(_fixture.Send(topic, "hurried", Hurry).IsCompleted);
        await Settle();
    }

    [Fact]
    public async Task Add_BrokersAreFarAway_IsNotTakenForOverload()
    {
        KafkaTopic topic = await Known();
        for (int i = 0; i < 10; i++)
        {
            Queue(topic, 20);
            _fixture.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Settle(all: false);
        }

        Queue(topic, 1000);

        Assert.False(_fixture.Send(topic, "hurried", 2 * Hurry).IsCompleted);
        await Settle();
    }

    [Fact]
    public async Task Add_FewWereHeldUp_IsNotTakenForOverload()
    {
        KafkaTopic topic = await Measured(messages: 8);
        Queue(topic, 24);

        Assert.False(_fixture.Send(topic, "hurried", Hurry).IsCompleted);
        await Settle();
    }

    [Fact]
    public async Task Add_WhatWasUnderWayFailed_IsNotTakenForOverload()
    {
        KafkaTopic topic = await Measured(ends: SendResult.Failed(SendStatus.Timeout, Stored.Unknown));
        Queue(topic, 24);

        Assert.False(_fixture.Send(topic, "hurried", Hurry).IsCompleted);
        await Settle();
    }

    [Fact]
    public async Task Add_TheClusterWasHeldUpOnce_IsForgottenWithTheNextAcknowledgements()
    {
        KafkaTopic topic = await Measured();
        Queue(topic, 10);
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(1));
        await Settle();
        Queue(topic, 24);

        Assert.False(_fixture.Send(topic, "hurried", Hurry).IsCompleted);
        await Settle();
    }

    [Fact]
    public async Task Add_TheClusterStoodStillWhileMoreCame_IsNotTakenForItsPace()
    {
        KafkaTopic topic = await Known();
        Queue(topic, 2, AnyPartition);
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(5));
        _fixture.Settle(1, SendResult.Ok());

        // Handed over every 20 ms, twenty at a time; the first of them are acknowledged after a second.
        for (int i = 0; i < 50; i++)
        {
            Queue(topic, 20, AnyPartition);
            _fixture.Time.Advance(TimeSpan.FromMilliseconds(20));
        }

        _fixture.Settle(50, SendResult.Ok());
        Assert.InRange(_fixture.Counters.InFlight, 900, 1000);

        Task<SendResult> next = _fixture.Send(topic, "next", TimeSpan.FromSeconds(5), AnyPartition);

        Assert.False(next.IsCompleted);

        // The rest takes as long, and shows what the cluster can do.
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(100));
        Queue(topic, 100, AnyPartition);
        _fixture.SettleAll(SendResult.Ok());
        Task<SendResult> hurried = _fixture.Send(topic, "hurried", TimeSpan.FromMilliseconds(500), AnyPartition);
        Assert.False(hurried.IsCompleted);
        await Settle();
        Assert.True((await next.WaitAsync(Patience)).IsOk && (await hurried.WaitAsync(Patience)).IsOk);
    }

    [Fact]
    public async Task Add_NothingCameForALongTimeBeforeWhatWasHeldUp_ThatTimeDoesNotCount()
    {
        KafkaTopic topic = await Known();
        Queue(topic, 1);
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(1));
        await Settle();
        _fixture.Time.Advance(TimeSpan.FromHours(1));
        for (int round = 0; round < 2; round++)
        {
            Burst.Begin();
            Queue(topic, 24);
            Burst.End();
            _fixture.Time.Advance(TimeSpan.FromMilliseconds(600));
            await Settle();
        }

        Queue(topic, 24);

        // 25 ms for each of 24.
        Assert.False(_fixture.Send(topic, "unhurried", TimeSpan.FromSeconds(2)).IsCompleted);
        Assert.True(_fixture.Send(topic, "hurried", TimeSpan.FromSeconds(1)).IsCompleted);
        await Settle();
    }

    public void Dispose() => _fixture.Dispose();

    private static Action<SendRequest> OfTopic(TopicConfig config) => request => request.Topic = new Topic(config, [], new TopicLedger(config.Topic));

    private async Task<KafkaTopic> Known()
    {
        KafkaTopic topic = _fixture.NewTopic();
        await _fixture.Know(topic, partitions: 1);
        return topic;
    }

    private async Task<KafkaTopic> Measured(int partitionId = 0, int messages = 50, SendResult? ends = null)
    {
        KafkaTopic topic = await Known();
        Queue(topic, 1, partitionId);
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(10));
        await Settle();
        Queue(topic, messages, partitionId);
        _fixture.SettleAll(SendResult.Ok());
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(100));

        // More has to wait when they are answered: a second round follows upon the first.
        Queue(topic, messages, partitionId);
        _fixture.SettleAll(ends ?? SendResult.Ok());
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(100));
        _fixture.SettleAll(ends ?? SendResult.Ok());

        await Task.WhenAll(_patient).WaitAsync(Patience);
        return topic;
    }

    /// <summary>A topic of which 22 messages are handed over.</summary>
    private async Task<KafkaTopic> UnderWay()
    {
        KafkaTopic topic = await Measured(AnyPartition);
        Queue(topic, 24, AnyPartition);
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(5));
        _fixture.SettleAll(SendResult.Ok());
        Assert.Equal(22, _fixture.Taken.Count);
        return topic;
    }

    /// <summary>The same, and one has just been refused.</summary>
    private async Task<KafkaTopic> Crowded()
    {
        KafkaTopic topic = await UnderWay();
        Assert.True(_fixture.Send(topic, "hurried", Hurry, AnyPartition).IsCompleted);
        return topic;
    }

    private void Queue(KafkaTopic topic, int messages, int partitionId = 0)
    {
        for (int i = 0; i < messages; i++)
        {
            _patient.Add(_fixture.Send(topic, "patient", partitionId: partitionId));
        }
    }

    /// <summary>Acknowledges what the client has, or all that there is; the texts of it.</summary>
    private async Task<List<string>> Settle(bool all = true)
    {
        var texts = new List<string>();
        do
        {
            _fixture.SettleAll(SendResult.Ok(), texts);
        }
        while (all && _fixture.Counters.InFlight > 0);

        if (all)
        {
            await Task.WhenAll(_patient).WaitAsync(Patience);
        }

        return texts;
    }
}
