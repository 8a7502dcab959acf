using Confluent.Kafka;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Storage.Kafka.Metadata;
using Ddmq.Storage.Kafka.Sending;
using Xunit;

namespace Ddmq.UnitTests.Storage.Kafka;

public sealed class KafkaTopicTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);

    [Fact]
    public async Task Send_PartitionsNotKnownYet_GoInOrderWhenTheyAre()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = fixture.NewTopic();
        Task<SendResult>[] sends = [.. Enumerable.Range(0, 100).Select(i => fixture.Send(topic, $"{i}"))];
        Assert.Equal((100, 100), ((int)fixture.Counters.Waiting, (int)fixture.Counters.InFlight));

        await fixture.Know(topic);

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), fixture.Taken);
        Assert.Equal(0, fixture.Counters.Waiting);
        fixture.SettleAll(SendResult.Ok(0, 1));
        Assert.All(await Task.WhenAll(sends).WaitAsync(Patience), result => Assert.True(result.IsOk));
        Assert.Equal((100, 0), ((int)fixture.Counters.Sent, (int)fixture.Counters.InFlight));
    }

    [Fact]
    public async Task Send_DeadlineHasPassed_IsNotHandedOver()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = fixture.NewTopic();
        await fixture.Know(topic);

        Task<SendResult> send = fixture.Send(topic, "x", TimeSpan.Zero);

        Assert.Equal((SendStatus.Timeout, Stored.No), await Outcome(send));
        Assert.Empty(fixture.Taken);
    }

    [Fact]
    public async Task Send_MoreThanOneStepWaits_AllGoInOrder()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = fixture.NewTopic();
        Task<SendResult>[] sends = [.. Enumerable.Range(0, 1000).Select(i => fixture.Send(topic, $"{i}"))];

        await fixture.Know(topic);

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"{i}"), fixture.Taken);
        fixture.SettleAll(SendResult.Ok());
        await Task.WhenAll(sends).WaitAsync(Patience);
    }

    [Fact]
    public async Task Sweep_PartitionsBecomeKnownInItsMiddle_NoMessageOvertakes()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = fixture.NewTopic();
        Task<SendResult>[] sends = [.. Enumerable.Range(0, 10).Select(i => fixture.Send(topic, $"{i}"))];
        int asked = 0;
        int thread = Environment.CurrentManagedThreadId;
        fixture.Time.IsBroken = () =>
        {
            // The sweep asks for the time with every message; with the second one the partitions become known.
            if (Environment.CurrentManagedThreadId == thread && ++asked == 2)
            {
                fixture.Answer(topic.Name, MetadataReply.From(ErrorCode.NoError, 4));
                SpinWait.SpinUntil(() => topic.Partitions is not null, Patience);
            }

            return false;
        };

        topic.Sweep();

        Assert.NotNull(topic.Partitions);
        await WaitUntil(() => fixture.Taken.Count == sends.Length);
        Assert.Equal(Enumerable.Range(0, sends.Length).Select(i => $"{i}"), fixture.Taken);
        fixture.SettleAll(SendResult.Ok());
        await Task.WhenAll(sends).WaitAsync(Patience);
    }

    [Fact]
    public async Task Send_ClientIsFull_WaitForRoomInOrderAndNothingOvertakes()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = fixture.NewTopic();
        await fixture.Know(topic);
        fixture.Room = 2;

        Burst.Begin();
        Task<SendResult>[] sends = [.. Enumerable.Range(0, 5).Select(i => fixture.Send(topic, $"{i}"))];
        Burst.End();
        Assert.Equal(["0", "1"], fixture.Taken);
        fixture.Room = 2;
        Task<SendResult> later = fixture.Send(topic, "later");
        Assert.Equal(["0", "1"], fixture.Taken);
        fixture.SettleAll(SendResult.Ok(0, 1));
        Assert.Equal(["2", "3"], fixture.Taken);
        fixture.Room = 1;
        fixture.Time.Advance(KafkaLane.Patience + Tick);
        Assert.Equal(["2", "3", "4"], fixture.Taken);
        fixture.Room = 10;
        fixture.Time.Advance(KafkaLane.Patience + Tick);

        Assert.Equal(["2", "3", "4", "later"], fixture.Taken);
        Assert.Equal(3, fixture.Counters.RoomWaits);
        fixture.SettleAll(SendResult.Ok(0, 1));
        await Task.WhenAll([.. sends, later]).WaitAsync(Patience);
    }

    [Fact]
    public async Task Send_NoRoomInTime_IsRefusedAsNotStored()
    {
        using var fixture = new SendFixture(options => options with { RoomTimeout = TimeSpan.FromMilliseconds(100) });
        KafkaTopic topic = fixture.NewTopic();
        await fixture.Know(topic);
        fixture.Room = 0;

        Task<SendResult> send = fixture.Send(topic, "x");
        fixture.Time.Advance(TimeSpan.FromMilliseconds(95));
        Assert.False(send.IsCompleted);
        fixture.Time.Advance(TimeSpan.FromMilliseconds(10));

        SendResult result = await send.WaitAsync(Patience);
        Assert.Equal((SendStatus.Unknown, Stored.No, false), (result.Status, result.Stored, result.RetryElsewhere));
        Assert.Equal((0, 0), ((int)fixture.Counters.Waiting, (int)fixture.Counters.InFlight));
    }

    [Fact]
    public async Task Send_PartitionsFirstMessageIsUnderWay_OthersWaitForItsEndWhateverTheRoomTimeout()
    {
        using var fixture = new SendFixture(options => options with { RoomTimeout = TimeSpan.FromMilliseconds(100) });
        KafkaTopic topic = fixture.NewTopic();
        await fixture.Know(topic);
        (fixture.Room, fixture.WithoutRoom) = (0, ErrorCode.Local_InProgress);

        Task<SendResult> send = fixture.Send(topic, "x");
        Task<SendResult> late = fixture.Send(topic, "late", TimeSpan.FromSeconds(1));
        fixture.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(send.IsCompleted);
        Assert.Equal((SendStatus.Timeout, Stored.No), await Outcome(late));

        fixture.Room = 1;
        topic.Retry();
        Assert.Equal(["x"], fixture.Taken);
        Assert.Equal(0, fixture.Counters.RoomWaits);
    }

    [Fact]
    public async Task Send_DeadlineWhileWaiting_IsTimeoutAsNotStoredAndTheOthersStay()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = fixture.NewTopic();
        await fixture.Know(topic);
        fixture.Room = 0;

        Task<SendResult> patient = fixture.Send(topic, "patient");
        Task<SendResult> hasty = fixture.Send(topic, "hasty", TimeSpan.FromMilliseconds(50));
        fixture.Time.Advance(TimeSpan.FromMilliseconds(60));

        SendResult result = await hasty.WaitAsync(Patience);
        Assert.Equal((SendStatus.Timeout, Stored.No), (result.Status, result.Stored));
        fixture.Room = 1;
        fixture.Time.Advance(Tick);
        Assert.Equal(["patient"], fixture.Taken);
        fixture.SettleAll(SendResult.Ok());
        Assert.True((await patient.WaitAsync(Patience)).IsOk);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(10_000)]
    public async Task Send_NobodyAnswers_IsTimeoutByTheDeadlineAndByTheFetchTimeout(int deadlineMs)
    {
        using var fixture = new SendFixture(options => options with { MetadataFetchTimeout = TimeSpan.FromSeconds(3) });
        KafkaTopic topic = fixture.NewTopic();

        Task<SendResult> send = fixture.Send(topic, "x", TimeSpan.FromMilliseconds(deadlineMs));
        fixture.Time.Advance(TimeSpan.FromMilliseconds(Math.Min(deadlineMs, 3000) + 5));

        SendResult result = await send.WaitAsync(Patience);
        Assert.Equal((SendStatus.Timeout, Stored.No), (result.Status, result.Stored));
    }

    [Fact]
    public async Task Send_UnknownTopic_IsRefusedAtOnceUntilItIsTimeToAskAgain()
    {
        using var fixture = new SendFixture(
            options => options with { TopicCreationTime = TimeSpan.Zero, UnknownTopicTime = TimeSpan.FromSeconds(2) });
        KafkaTopic topic = fixture.NewTopic();
        Task<SendResult> first = fixture.Send(topic, "first");
        Assert.False(topic.IsRefused(out _));

        fixture.Answer("t", MetadataReply.From(ErrorCode.UnknownTopicOrPart, 0));

        Assert.Equal((SendStatus.TopicNotExist, Stored.No), await Outcome(first));
        Assert.True(topic.IsRefused(out SendResult refusal));
        Assert.Equal(SendStatus.TopicNotExist, refusal.Status);
        fixture.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(topic.IsRefused(out _));
        Task<SendResult> again = fixture.Send(topic, "again");
        fixture.Answer("t", MetadataReply.From(ErrorCode.NoError, 1));
        await WaitUntil(() => fixture.Taken.Count == 1);
        fixture.SettleAll(SendResult.Ok());
        Assert.True((await again.WaitAsync(Patience)).IsOk);
    }

    [Fact]
    public async Task Send_TopicIsCreatedByAsking_WaitsForIt()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = fixture.NewTopic();

        Task<SendResult> send = fixture.Send(topic, "x");
        fixture.Answer("t", MetadataReply.From(ErrorCode.UnknownTopicOrPart, 0));
        await WaitUntil(() =>
        {
            fixture.Time.Advance(TopicLookup.Again);
            return !fixture.AsksNothing();
        });
        fixture.Answer("t", MetadataReply.From(ErrorCode.NoError, 1));
        await WaitUntil(() => fixture.Taken.Count == 1);

        fixture.SettleAll(SendResult.Ok());
        Assert.True((await send.WaitAsync(Patience)).IsOk);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a b")]
    [InlineData("%RETRY%g")]
    [InlineData("\u4e2d")]
    public void IsRefused_NameThatKafkaDoesNotAllow_IsUnknownForEver(string name)
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = fixture.NewTopic(name);
        fixture.Time.Advance(TimeSpan.FromDays(400));

        Assert.True(topic.IsRefused(out SendResult refusal));
        Assert.Equal((SendStatus.TopicNotExist, Stored.No), (refusal.Status, refusal.Stored));
    }

    [Fact]
    public void IsRefused_LongestName_IsAllowed()
    {
        using var fixture = new SendFixture();

        Assert.False(fixture.NewTopic(new string('a', 249)).IsRefused(out _));
        Assert.True(fixture.NewTopic(new string('a', 250)).IsRefused(out _));
    }

    [Fact]
    public async Task Send_TooMuchWaitsAlready_IsRefusedAsNotStored()
    {
        using var fixture = new SendFixture(options => options with { MaxWaitingBytes = 1024 * 1024 });
        KafkaTopic topic = fixture.NewTopic();
        Task<SendResult>[] sends = [.. Enumerable.Range(0, 1100).Select(i => fixture.Send(topic, $"{i}"))];

        Assert.Equal((SendStatus.Unknown, Stored.No), await Outcome(sends[^1]));
        Assert.Equal(1100 - sends.Count(send => send.IsCompleted), fixture.Counters.Waiting);

        // A batch that has been begun is not cut off in its middle.
        Task<SendResult> rest = fixture.Send(topic, "rest", change: request => request.IsRestOfBatch = true);
        Assert.False(rest.IsCompleted);
        sends = [.. sends, rest];
        await fixture.Know(topic);
        Assert.Equal(sends.Count(send => !send.IsCompleted), fixture.Taken.Count);
        fixture.SettleAll(SendResult.Ok());
        await Task.WhenAll(sends).WaitAsync(Patience);
    }

    [Fact]
    public async Task Close_MessagesWait_AreRefusedAsShuttingDownAndSoAreLaterOnes()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = fixture.NewTopic();
        Task<SendResult> waiting = fixture.Send(topic, "waiting");

        topic.Close();
        Task<SendResult> later = fixture.Send(topic, "later");

        Assert.Equal((SendStatus.ShuttingDown, Stored.No), await Outcome(waiting));
        Assert.Equal((SendStatus.ShuttingDown, Stored.No), await Outcome(later));
        Assert.Equal(0, fixture.Counters.Waiting);
    }

    [Fact]
    public async Task Settle_Twice_AnswersOnce()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = fixture.NewTopic();
        SendOperation operation = fixture.Context.Pool.Rent(TestKit.Storage.TestRequests.Create("t", "x"), topic)!;
        Task<SendResult> result = operation.Task.AsTask();

        fixture.Context.Pool.Settle(operation, SendResult.Ok(1, 2));
        fixture.Context.Pool.Settle(operation, SendResult.Refused(SendStatus.ShuttingDown));

        Assert.Equal(SendResult.Ok(1, 2), await result.WaitAsync(Patience));
        Assert.Equal((1, 0), ((int)fixture.Counters.Sent, (int)fixture.Counters.InFlight));
        Assert.Equal(0, fixture.Counters.Failed(SendStatus.ShuttingDown));
    }

    private static async Task<(SendStatus Status, Stored Stored)> Outcome(Task<SendResult> send)
    {
        SendResult result = await send.WaitAsync(Patience);
        return (result.Status, result.Stored);
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
