using Confluent.Kafka;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Storage.Kafka.Metadata;
using Ddmq.Storage.Kafka.Sending;
using Xunit;

namespace Ddmq.UnitTests.Storage.Kafka;

public sealed class KafkaLaneTests
{
    private const int AnyPartition = -2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Add_OthersAreUnderWay_GathersAndTheAcknowledgementHandsThemOverTogether()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = await KnownTopic(fixture);

        Task<SendResult> first = fixture.Send(topic, "0");
        Task<SendResult>[] gathered = [.. Enumerable.Range(1, 5).Select(i => fixture.Send(topic, $"{i}"))];
        Assert.Equal(["0"], fixture.Taken);
        Assert.Equal(5, fixture.Counters.Waiting);

        fixture.SettleAll(SendResult.Ok(0, 7));

        Assert.Equal(["1", "2", "3", "4", "5"], fixture.Taken);
        Assert.Equal((2, 6, 0), ((int)fixture.Counters.Transfers, (int)fixture.Counters.Transferred, (int)fixture.Counters.Waiting));
        Assert.Equal(SendResult.Ok(0, 7), await first.WaitAsync(Patience));
        fixture.SettleAll(SendResult.Ok());
        await Task.WhenAll(gathered).WaitAsync(Patience);
    }

    [Fact]
    public async Task Add_WithinABurst_GoesTogetherAtItsEnd()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = await KnownTopic(fixture);

        Burst.Begin();
        Task<SendResult>[] sends = [.. Enumerable.Range(0, 4).Select(i => fixture.Send(topic, $"{i}", partitionId: AnyPartition))];
        Assert.Empty(fixture.Taken);
        Burst.End();

        Assert.Equal(["0", "1", "2", "3"], fixture.Taken);
        Assert.Single(fixture.Partitions.Distinct());
        fixture.SettleAll(SendResult.Ok());
        await Task.WhenAll(sends).WaitAsync(Patience);
    }

    [Fact]
    public async Task Add_AnyPartition_TransfersTakeThePartitionsInTurn()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = await KnownTopic(fixture);

        for (int i = 0; i < 8; i++)
        {
            Task<SendResult> send = fixture.Send(topic, "x", partitionId: AnyPartition);
            fixture.SettleAll(SendResult.Ok());
            await send.WaitAsync(Patience);
        }

        Assert.Equal([0, 1, 2, 3], fixture.Partitions[..4].Order());
        Assert.Equal(fixture.Partitions[..4], fixture.Partitions[4..]);
    }

    [Fact]
    public async Task Add_WhileOthersAreHandedOver_GoesRightAfterThem()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = await KnownTopic(fixture);
        Task<SendResult>? meanwhile = null;
        fixture.WhileHandingOver = () => meanwhile = fixture.Send(topic, "meanwhile", partitionId: AnyPartition);

        Task<SendResult> first = fixture.Send(topic, "first", partitionId: AnyPartition);

        Assert.Equal(["first", "meanwhile"], fixture.Taken);
        Assert.Equal(2, fixture.Counters.Transfers);
        fixture.SettleAll(SendResult.Ok());
        await Task.WhenAll(first, meanwhile!).WaitAsync(Patience);
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(0)]
    public async Task Close_WhileOthersAreHandedOver_WhatCameMeanwhileIsAnswered(int room)
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = await KnownTopic(fixture);
        Task<SendResult>? meanwhile = null;
        fixture.Room = room;
        fixture.WhileHandingOver = () =>
        {
            meanwhile = fixture.Send(topic, "meanwhile");
            topic.Close();
        };

        Task<SendResult> first = fixture.Send(topic, "first");

        // Without a tick: a store that has closed has none.
        Assert.Equal(SendStatus.ShuttingDown, (await meanwhile!.WaitAsync(Patience)).Status);
        fixture.SettleAll(SendResult.Ok());
        Assert.Equal(room > 0 ? SendStatus.Ok : SendStatus.ShuttingDown, (await first.WaitAsync(Patience)).Status);
        Assert.Equal((0, 0), ((int)fixture.Counters.Waiting, (int)fixture.Counters.InFlight));
    }

    [Fact]
    public async Task Ended_EarlierOneFailedAndWaitsAside_ThoseBehindItAreNotHandedOver()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = await KnownTopic(fixture);
        Task<SendResult> first = fixture.Send(topic, "first");
        Task<SendResult>[] behind = [.. Enumerable.Range(0, 3).Select(i =>
            fixture.Send(topic, $"{i}", change: request => request.HasEarlierAside = _ => first.IsCompleted && i != 1))];

        fixture.SettleAll(SendResult.Failed(SendStatus.Unknown, Stored.No));

        Assert.Equal(["1"], fixture.Taken);
        fixture.SettleAll(SendResult.Ok());
        Assert.Equal([SendResult.Overtaking, SendResult.Ok(), SendResult.Overtaking], await Task.WhenAll(behind).WaitAsync(Patience));
    }

    [Fact]
    public async Task Add_PartitionsOfTheirOwn_DoNotWaitForEachOther()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = await KnownTopic(fixture);

        Task<SendResult>[] sends = [.. Enumerable.Range(0, 4).Select(partition => fixture.Send(topic, "x", partitionId: partition))];

        Assert.Equal([0, 1, 2, 3], fixture.Partitions);
        fixture.SettleAll(SendResult.Ok());
        await Task.WhenAll(sends).WaitAsync(Patience);
    }

    [Fact]
    public async Task Sweep_AcknowledgementIsOverdue_TheNextGoWithoutItAndElsewhere()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = await KnownTopic(fixture, partitions: 2);
        List<Task<SendResult>> sends = [.. Texts("silent", "next", "waits").Select(text => fixture.Send(topic, text, partitionId: AnyPartition))];
        int silent = fixture.Partitions[0];
        Assert.Equal(["silent", "next"], fixture.Taken);
        fixture.SettleLast(SendResult.Ok());
        Assert.Equal(["silent", "waits"], fixture.Taken);
        sends.Add(fixture.Send(topic, "waits, too", partitionId: AnyPartition));

        fixture.Time.Advance(KafkaLane.Patience - TimeSpan.FromMilliseconds(5));
        Assert.Equal(["silent", "waits"], fixture.Taken);
        fixture.Time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(["silent", "waits", "waits, too"], fixture.Taken);
        Assert.Equal(2, fixture.Counters.OverdueTransfers);

        // Its turn comes and goes as long as it owes an acknowledgement.
        fixture.SettleLast(SendResult.Ok());
        fixture.SettleLast(SendResult.Ok());
        int later = fixture.Partitions.Count;
        for (int i = 0; i < 4; i++)
        {
            sends.Add(fixture.Send(topic, $"{i}", partitionId: AnyPartition));
            fixture.SettleLast(SendResult.Ok());
        }

        Assert.DoesNotContain(silent, fixture.Partitions[later..]);
        later = fixture.Partitions.Count;
        fixture.SettleAll(SendResult.Ok());
        for (int i = 0; i < 2; i++)
        {
            sends.Add(fixture.Send(topic, "after", partitionId: AnyPartition));
            fixture.SettleAll(SendResult.Ok());
        }

        Assert.Contains(silent, fixture.Partitions[later..]);
        await Task.WhenAll(sends).WaitAsync(Patience);
    }

    [Fact]
    public async Task Sweep_OnlyPartitionIsOverdue_MessagesAreHandedOverThereInOrder()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = await KnownTopic(fixture, partitions: 1);
        Task<SendResult>[] sends = [.. Enumerable.Range(0, 3).Select(i => fixture.Send(topic, $"{i}"))];

        fixture.Time.Advance(KafkaLane.Patience + TimeSpan.FromMilliseconds(5));
        Task<SendResult> later = fixture.Send(topic, "later");
        Assert.Equal(["0", "1", "2"], fixture.Taken);
        fixture.Time.Advance(KafkaLane.Patience + TimeSpan.FromMilliseconds(5));

        Assert.Equal(["0", "1", "2", "later"], fixture.Taken);
        fixture.SettleAll(SendResult.Ok());
        await Task.WhenAll([.. sends, later]).WaitAsync(Patience);
        Assert.Equal((0, 0), ((int)fixture.Counters.Waiting, (int)fixture.Counters.InFlight));
    }

    [Fact]
    public async Task Add_DeadlineComesWhileOthersAreUnderWay_IsTimeoutAsNotStored()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = await KnownTopic(fixture);
        Task<SendResult> first = fixture.Send(topic, "first");
        Task<SendResult> hasty = fixture.Send(topic, "hasty", TimeSpan.FromMilliseconds(8));

        fixture.Time.Advance(TimeSpan.FromMilliseconds(10));

        SendResult result = await hasty.WaitAsync(Patience);
        Assert.Equal((SendStatus.Timeout, Stored.No), (result.Status, result.Stored));
        fixture.SettleAll(SendResult.Ok());
        Assert.True((await first.WaitAsync(Patience)).IsOk);
        Assert.Empty(fixture.Taken);
    }

    [Fact]
    public async Task Add_EveryMessageIsLate_TheLaneGoesOn()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = await KnownTopic(fixture);
        Burst.Begin();
        Task<SendResult>[] late = [.. Enumerable.Range(0, 3).Select(i => fixture.Send(topic, $"{i}", TimeSpan.FromMilliseconds(1)))];
        fixture.Time.Advance(TimeSpan.FromMilliseconds(2));
        Burst.End();

        Assert.All(await Task.WhenAll(late).WaitAsync(Patience), result => Assert.Equal(SendStatus.Timeout, result.Status));
        Task<SendResult> next = fixture.Send(topic, "next");
        Assert.Equal(["next"], fixture.Taken);
        fixture.SettleAll(SendResult.Ok());
        Assert.True((await next.WaitAsync(Patience)).IsOk);
    }

    [Fact]
    public async Task Add_EveryPartitionOwesAcknowledgements_TheyStillTakeTurns()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = await KnownTopic(fixture, partitions: 3);
        var sends = new List<Task<SendResult>>();

        for (int i = 0; i < 9; i++)
        {
            sends.Add(fixture.Send(topic, $"{i}", partitionId: AnyPartition));
            fixture.Time.Advance(KafkaLane.Patience + TimeSpan.FromMilliseconds(5));
        }

        Assert.Equal(9, fixture.Partitions.Count);
        Assert.All(fixture.Partitions.Chunk(3), turn => Assert.Equal([0, 1, 2], turn.Order()));
        fixture.SettleAll(SendResult.Ok());
        Assert.All(await Task.WhenAll(sends).WaitAsync(Patience), result => Assert.True(result.IsOk));
    }

    [Fact]
    public async Task Add_TopicHasVanished_IsRefusedAsUnknown()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = await KnownTopic(fixture);
        Task<SendResult> first = fixture.Send(topic, "first", partitionId: AnyPartition);
        Task<SendResult> second = fixture.Send(topic, "second", partitionId: AnyPartition);
        Task<SendResult> waits = fixture.Send(topic, "waits", partitionId: AnyPartition);

        fixture.Metadata.Ask(topic);
        fixture.Answer("t", MetadataReply.From(ErrorCode.UnknownTopicOrPart, 0));
        await WaitUntil(() => topic.Partitions is null);
        fixture.SettleAll(SendResult.Ok());

        SendResult result = await waits.WaitAsync(Patience);
        Assert.Equal((SendStatus.TopicNotExist, Stored.No), (result.Status, result.Stored));
        Assert.True((await first.WaitAsync(Patience)).IsOk);
        Assert.True((await second.WaitAsync(Patience)).IsOk);
    }

    [Fact]
    public async Task Close_MessagesGather_AreRefusedAsShuttingDownAndThoseUnderWayAreNot()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = await KnownTopic(fixture);
        Task<SendResult> underWay = fixture.Send(topic, "under way");
        Task<SendResult> waiting = fixture.Send(topic, "waiting");

        topic.Close();
        Task<SendResult> later = fixture.Send(topic, "later");

        Assert.Equal(SendStatus.ShuttingDown, (await waiting.WaitAsync(Patience)).Status);
        Assert.Equal(SendStatus.ShuttingDown, (await later.WaitAsync(Patience)).Status);
        Assert.False(underWay.IsCompleted);
        fixture.SettleAll(SendResult.Ok());
        Assert.True((await underWay.WaitAsync(Patience)).IsOk);
        Assert.Equal((0, 0), ((int)fixture.Counters.Waiting, (int)fixture.Counters.InFlight));
    }

    [Fact]
    public async Task Add_ManyThreads_EachKeepsItsOrderAndNothingIsLost()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = await KnownTopic(fixture, partitions: 1);
        const int Threads = 4, Messages = 2_000;
        using var stop = new CancellationTokenSource();
        var sends = new System.Collections.Concurrent.ConcurrentBag<Task<SendResult>>();
        var seen = new List<string>();
        Task settling = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                fixture.SettleAll(SendResult.Ok(), seen);
            }
        });

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < Messages; i++)
            {
                sends.Add(fixture.Send(topic, $"{thread}:{i}"));
            }
        }))).WaitAsync(Patience);
        await Task.WhenAll(sends).WaitAsync(Patience);
        await stop.CancelAsync();
        await settling.WaitAsync(Patience);

        Assert.Equal(Threads * Messages, seen.Count);
        foreach (IGrouping<string, string> thread in seen.GroupBy(text => text.Split(':')[0]))
        {
            Assert.Equal(Enumerable.Range(0, Messages).Select(i => $"{thread.Key}:{i}"), thread);
        }

        Assert.Equal((Threads * Messages, 0), ((int)fixture.Counters.Transferred, (int)fixture.Counters.Waiting));
    }

    private static string[] Texts(params string[] texts) => texts;

    private static async Task<KafkaTopic> KnownTopic(SendFixture fixture, int partitions = 4)
    {
        KafkaTopic topic = fixture.NewTopic();
        await fixture.Know(topic, partitions);
        return topic;
    }

    private static async Task WaitUntil(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(1, limit.Token);
        }
    }
}
