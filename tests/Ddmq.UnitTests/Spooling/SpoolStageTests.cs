using System.Globalization;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Ddmq.Core.Spooling;
using Xunit;

namespace Ddmq.UnitTests.Spooling;

/// <summary>What goes into the spool, what does not, and what its producer is told.</summary>
public sealed class SpoolStageTests
{
    private static readonly SendResult Down = SendResult.Failed(SendStatus.Unknown, Stored.No, "broker down");

    public static TheoryData<SendStatus, Stored> AnotherTimeMaySucceed => new()
    {
        { SendStatus.Unknown, Stored.No },
        { SendStatus.Unknown, Stored.Unknown },
        { SendStatus.Timeout, Stored.Unknown },
        { SendStatus.Timeout, Stored.No },
    };

    public static TheoryData<SendStatus, Stored> Final => new()
    {
        { SendStatus.IllegalMessage, Stored.No },
        { SendStatus.TopicNotExist, Stored.No },
        { SendStatus.RateLimited, Stored.No },
        { SendStatus.ShuttingDown, Stored.No },
        { SendStatus.Unknown, Stored.Yes },
    };

    [Theory]
    [MemberData(nameof(AnotherTimeMaySucceed))]
    public async Task Send_ClusterCannotTakeIt_IsSpooledAndSaysSo(SendStatus status, Stored stored)
    {
        await using var fixture = new SpoolFixture();
        fixture.Store.Outcome = _ => SendResult.Failed(status, stored);

        SendResult result = await fixture.SendAsync(SpoolFixture.Request("safe", "one"));

        Assert.Equal((SendStatus.Ok, Stored.Spooled), (result.Status, result.Stored));
        Assert.Equal("OK; spooled until cluster A takes messages again", System.Text.Encoding.UTF8.GetString(ResultText.Utf8(result).Span));
        Assert.Equal(1, fixture.Disk.Count);
        Assert.Equal(new LedgerReading(1, 0, 1, 0, 0, 0), fixture.Ledger("safe").Read());
        Assert.Equal((1, 1), (fixture.Reading("safe").Spooled, fixture.Reading("safe").Messages));
    }

    [Theory]
    [MemberData(nameof(Final))]
    public async Task Send_FinalOutcome_IsAnsweredAsItIs(SendStatus status, Stored stored)
    {
        await using var fixture = new SpoolFixture();
        var final = new SendResult(status, stored, "so it is");
        fixture.Store.Outcome = _ => final;

        Assert.Equal(final, await fixture.SendAsync(SpoolFixture.Request("safe", "one")));
        Assert.Empty(fixture.Spool.Readings);
    }

    [Fact]
    public async Task Send_TopicThatDoesNotSpool_FailsAsBefore()
    {
        await using var fixture = new SpoolFixture();
        fixture.Store.Outcome = _ => Down;

        Assert.Equal(Down, await fixture.SendAsync(SpoolFixture.Request("plain", "one")));
        Assert.Equal(0, fixture.Disk.Count);
    }

    [Fact]
    public async Task Send_StrongOrder_GoesBehindWhatIsInTheSpool()
    {
        await using var fixture = new SpoolFixture();
        fixture.Store.Outcome = _ => Down;
        await fixture.SendAsync(SpoolFixture.Request("ordered", "1", partitionId: -1, hashId: 7));
        await SpoolFixture.WaitUntilAsync(() => fixture.Reading("ordered").Waiting is not null, "the delivery to fail");

        // The cluster is back, but the delivery's next attempt is not due: what comes now must not overtake.
        fixture.Store.Outcome = _ => SendResult.Ok();
        Assert.Equal(Stored.Spooled, (await fixture.SendAsync(SpoolFixture.Request("ordered", "2", partitionId: -1, hashId: 7))).Stored);
        Assert.Equal(Stored.Spooled, (await fixture.SendAsync(SpoolFixture.Request("ordered", "3", partitionId: 7))).Stored);
        Assert.Empty(fixture.Store.Stored);

        // Another order has nothing to wait for; and its success tells the delivery that the cluster is back.
        Assert.Equal(Stored.Yes, (await fixture.SendAsync(SpoolFixture.Request("ordered", "other", partitionId: -1, hashId: 8))).Stored);
        await SpoolFixture.WaitUntilAsync(() => fixture.Spool.IsEmpty, "the spool to empty");
        Assert.Equal(["other", "1", "2", "3"], fixture.Store.Stored);
        Assert.Equal(Stored.Yes, (await fixture.SendAsync(SpoolFixture.Request("ordered", "4", partitionId: -1, hashId: 7))).Stored);
    }

    [Fact]
    public async Task Send_StrongOrderAndAnEarlierOneFailsWhileItWaitsInItsStore_LearnsThatAndGoesBehindIt()
    {
        await using var fixture = new SpoolFixture();
        bool isDown = true;
        Task<SendResult>? earlier = null;
        (bool Before, bool After) isOvertaking = default;
        fixture.Store.Outcome = request =>
        {
            if (request.Body.Span[0] != (byte)'2' || earlier is not null)
            {
                return isDown ? Down : SendResult.Ok();
            }

            isOvertaking.Before = request.IsOvertaking;
            earlier = fixture.SendAsync(SpoolFixture.Request("ordered", "1", partitionId: 7));
            isOvertaking.After = request.IsOvertaking;
            return SendResult.Overtaking;
        };

        SendResult later = await fixture.SendAsync(SpoolFixture.Request("ordered", "2", partitionId: 7));

        Assert.Equal((false, true), isOvertaking);
        Assert.Equal((Stored.Spooled, Stored.Spooled), (later.Stored, (await earlier!).Stored));
        isDown = false;
        await fixture.AdvanceUntilAsync(() => fixture.Spool.IsEmpty, TimeSpan.FromSeconds(1), "the spool to empty");
        Assert.Equal(["1", "2"], fixture.Store.Stored);
    }

    [Fact]
    public async Task Send_WithoutStrongOrder_GoesDirectly()
    {
        await using var fixture = new SpoolFixture();
        fixture.Store.Outcome = request => request.Body.Span[0] == (byte)'1' ? Down : SendResult.Ok();
        await fixture.SendAsync(SpoolFixture.Request("safe", "1", partitionId: 3));

        Assert.Equal(Stored.Yes, (await fixture.SendAsync(SpoolFixture.Request("safe", "2", partitionId: 3))).Stored);
    }

    [Fact]
    public async Task Send_SpoolFull_IsAnsweredAsWithoutASpoolAndSaysWhy()
    {
        await using var fixture = new SpoolFixture(new SpoolSettings { MaxBytes = 400 });
        fixture.Store.Outcome = _ => SendResult.Failed(SendStatus.Timeout, Stored.Unknown, "no answer");
        Assert.Equal(Stored.Spooled, (await fixture.SendAsync(SpoolFixture.Request("safe", new string('x', 200)))).Stored);

        SendResult result = await fixture.SendAsync(SpoolFixture.Request("safe", new string('x', 200)));

        Assert.Equal((SendStatus.Timeout, Stored.Unknown), (result.Status, result.Stored));
        Assert.StartsWith("no answer; the spool is full: it has ", result.Detail, StringComparison.Ordinal);
        Assert.Equal(1, fixture.Reading("safe").Refused);
        Assert.Equal(new LedgerReading(2, 0, 1, 0, 1, 0), fixture.Ledger("safe").Read());
    }

    [Fact]
    public async Task Send_OneTopicOverItsShare_LeavesRoomForOthers()
    {
        await using var fixture = new SpoolFixture(new SpoolSettings { MaxBytesPerTopic = 400 });
        fixture.Store.Outcome = _ => Down;
        await fixture.SendAsync(SpoolFixture.Request("safe", new string('x', 200)));

        SendResult refused = await fixture.SendAsync(SpoolFixture.Request("safe", new string('x', 200)));
        SendResult other = await fixture.SendAsync(SpoolFixture.Request("ordered", new string('x', 200)));

        Assert.Contains("the spool is full for topic safe", refused.Detail, StringComparison.Ordinal);
        Assert.Equal(Stored.Spooled, other.Stored);
    }

    [Fact]
    public async Task Send_DiskInTrouble_IsAnsweredAsWithoutASpoolAndSaysWhy()
    {
        await using var fixture = new SpoolFixture();
        fixture.Store.Outcome = _ => Down;
        fixture.Disk.Trouble = "no room";

        SendResult result = await fixture.SendAsync(SpoolFixture.Request("safe", "one"));

        Assert.Equal(Down with { Detail = "broker down; the spool takes no messages: no room" }, result);
    }

    [Fact]
    public async Task Send_DiskFailsWhileWriting_IsUnknown()
    {
        await using var fixture = new SpoolFixture();
        fixture.Store.Outcome = _ => Down;
        fixture.Disk.Failure = new SpoolAppended(Stored.Unknown, Failure: "I/O error");

        SendResult result = await fixture.SendAsync(SpoolFixture.Request("safe", "one"));

        Assert.Equal((SendStatus.Unknown, Stored.Unknown), (result.Status, result.Stored));
        Assert.Equal("broker down; the spool failed: I/O error", result.Detail);
    }

    [Fact]
    public async Task Send_FailedWriteThatIsThereAllTheSame_IsDeliveredAndCounted()
    {
        await using var fixture = new SpoolFixture();
        fixture.Store.Outcome = _ => Down;
        fixture.Disk.Failure = new SpoolAppended(Stored.Unknown, Failure: "I/O error");
        fixture.Disk.KeepsFailed = true;
        await fixture.SendAsync(SpoolFixture.Request("safe", "lost?", partitionId: 1));
        fixture.Disk.Failure = null;
        await fixture.SendAsync(SpoolFixture.Request("safe", "spooled", partitionId: 2));

        fixture.Store.Outcome = _ => SendResult.Ok();
        await fixture.AdvanceUntilAsync(() => fixture.Store.Stored.Count == 2, TimeSpan.FromSeconds(1), "both to be delivered");

        await SpoolFixture.WaitUntilAsync(() => fixture.Spool.IsEmpty, "the spool to empty");
        SpoolReading reading = fixture.Reading("safe");
        Assert.Equal((1, 1, 2), (reading.Spooled, reading.Recovered, reading.Delivered));
        Assert.True(reading.IsBalanced);
    }

    [Fact]
    public async Task Send_DiskTooSlowForTheAnswer_IsTimeoutAndTheEntryIsDelivered()
    {
        await using var fixture = new SpoolFixture(new SpoolSettings { MaxWait = TimeSpan.FromMilliseconds(40) });
        fixture.Store.Outcome = _ => Down;
        fixture.Disk.Hold();
        Task<SendResult> sending = fixture.SendAsync(SpoolFixture.Request("safe", "slow"));

        fixture.Time.Advance(TimeSpan.FromMilliseconds(SpoolFixture.TimeoutMs + 39));
        Assert.False(sending.IsCompleted);
        fixture.Time.Advance(TimeSpan.FromMilliseconds(7));

        SendResult result = await sending;
        Assert.Equal((SendStatus.Timeout, Stored.Unknown), (result.Status, result.Stored));
        Assert.Contains("nor from the disk of the spool", result.Detail, StringComparison.Ordinal);
        fixture.Store.Outcome = _ => SendResult.Ok();
        fixture.Disk.LetGo();
        await SpoolFixture.WaitUntilAsync(() => fixture.Store.Stored.Count == 1, "the entry to be delivered");
        await SpoolFixture.WaitUntilAsync(() => fixture.Spool.IsEmpty, "the spool to empty");
        Assert.Equal((0, 1, 1), (fixture.Reading("safe").Spooled, fixture.Reading("safe").Recovered, fixture.Reading("safe").Delivered));
        Assert.Equal(new LedgerReading(1, 0, 0, 0, 1, 0), fixture.Ledger("safe").Read());
    }

    [Fact]
    public async Task Send_NoAnswerAtTheTimeout_IsSpooledAndLeftToTheStore()
    {
        await using var fixture = new SpoolFixture();
        var never = new TaskCompletionSource<SendResult>();
        fixture.Store.Waiting = never;
        SendRequest request = SpoolFixture.Request("safe", "one");
        Task<SendResult> sending = fixture.SendAsync(request);

        fixture.Time.Advance(TimeSpan.FromMilliseconds(SpoolFixture.TimeoutMs - 1));
        Assert.False(sending.IsCompleted);
        fixture.Store.Waiting = null;
        fixture.Time.Advance(TimeSpan.FromMilliseconds(7));

        Assert.Equal(Stored.Spooled, (await sending).Stored);
        Assert.True(request.IsAbandoned);
        await SpoolFixture.WaitUntilAsync(() => fixture.Spool.IsEmpty, "the spool to empty");
        Assert.Equal(1, fixture.Reading("safe").PossibleDuplicates);
        Assert.NotEqual(0, fixture.Pipeline.Abandoned.Current);
        never.SetResult(SendResult.Ok());
        await SpoolFixture.WaitUntilAsync(() => fixture.Pipeline.Abandoned.Current == 0, "the store's word to be heard");
        Assert.Equal(new LedgerReading(1, 0, 1, 0, 0, 0), fixture.Ledger("safe").Read());
    }

    [Fact]
    public async Task Send_DiskAnswersAfterTheEndAndTheClusterNever_IsInFlightUntilTheClusterLetsGo()
    {
        await using var fixture = new SpoolFixture();
        var never = new TaskCompletionSource<SendResult>();
        fixture.Store.Waiting = never;
        fixture.Disk.Hold();
        Task<SendResult> sending = fixture.SendAsync(SpoolFixture.Request("safe", "one"));
        fixture.Time.Advance(TimeSpan.FromMilliseconds(SpoolFixture.TimeoutMs + 7));
        fixture.Time.Advance(new SpoolSettings().MaxWait + TimeSpan.FromMilliseconds(7));
        Assert.Equal(SendStatus.Timeout, (await sending).Status);

        fixture.Store.Waiting = null;
        fixture.Disk.LetGo();

        await SpoolFixture.WaitUntilAsync(() => fixture.Ledger("safe").LateStored == 1, "the disk's word to be heard");
        Assert.NotEqual(0, fixture.Pipeline.Abandoned.Current);
        never.SetResult(SendResult.Ok());
        await SpoolFixture.WaitUntilAsync(() => fixture.Pipeline.Abandoned.Current == 0, "the store's word to be heard");
        Assert.Equal(0, fixture.Catalog.TopicLimits.Sum(limits => limits.InFlight.Current));
    }

    [Fact]
    public async Task Send_FailsWithinTheTimeout_IsSpooledThen()
    {
        await using var fixture = new SpoolFixture();
        var later = new TaskCompletionSource<SendResult>();
        fixture.Store.Waiting = later;
        SendRequest request = SpoolFixture.Request("safe", "one");
        Task<SendResult> sending = fixture.SendAsync(request);
        fixture.Store.Waiting = null;

        later.SetResult(Down);

        Assert.Equal(Stored.Spooled, (await sending).Stored);
        Assert.False(request.IsAbandoned);
    }

    [Fact]
    public async Task Send_StoredLater_IsNotSpooled()
    {
        await using var fixture = new SpoolFixture();
        var later = new TaskCompletionSource<SendResult>();
        fixture.Store.Waiting = later;
        Task<SendResult> sending = fixture.SendAsync(SpoolFixture.Request("safe", "one"));

        later.SetResult(SendResult.Ok(1, 2));

        Assert.Equal(SendResult.Ok(1, 2), await sending);
        Assert.Empty(fixture.Spool.Readings);
    }

    [Fact]
    public async Task Send_AfterTheSpoolIsClosed_IsAnsweredAsWithoutASpool()
    {
        await using var fixture = new SpoolFixture();
        fixture.Store.Outcome = _ => Down;
        await fixture.Spool.DisposeAsync();

        Assert.Equal("broker down; the spool is closed", (await fixture.SendAsync(SpoolFixture.Request("safe", "one"))).Detail);
        Assert.True(fixture.Disk.IsDisposed);
    }

    [Fact]
    public async Task SendBatch_SomeSpooled_IsOkAndSaysHowMany()
    {
        await using var fixture = new SpoolFixture();
        fixture.Store.Outcome = request => request.PartitionId == 1 ? Down : SendResult.Ok();
        var batch = new Core.Pipeline.BatchSend(fixture.Pipeline);
        for (int i = 0; i < 4; i++)
        {
            SendRequest request = batch.Add();
            request.TopicName = "safe"u8.ToArray();
            request.Body = "b"u8.ToArray();
            request.PartitionId = i % 2;
        }

        SendResult verdict = await batch.SendAsync();

        Assert.Equal((SendStatus.Ok, Stored.Spooled, "spooled 2 of 4 messages"), (verdict.Status, verdict.Stored, verdict.Detail));
        Assert.Equal(new LedgerReading(4, 2, 2, 0, 0, 0), fixture.Ledger("safe").Read());
    }

    [Theory]
    [InlineData("3", "-1:3")]
    [InlineData("-1:-9", "-1:9")]
    public void Lane_SamePartitionWhateverTheirNumber_IsTheSame(string left, string right) => Assert.Equal(Lane(left), Lane(right));

    [Fact]
    public void Lane_ManyChoices_AreSpread()
    {
        int[] lanes = [.. Enumerable.Range(0, 64).Select(i => Lane($"-1:{i * 64}"))];

        Assert.All(lanes, lane => Assert.InRange(lane, 0, SpoolLanes.Count - 1));
        Assert.True(lanes.Distinct().Count() > 32);
    }

    private static int Lane(string choice)
    {
        string[] parts = choice.Split(':');
        return SpoolLanes.Of(
            SpoolFixture.Request(
                "safe", "", partitionId: int.Parse(parts[0], CultureInfo.InvariantCulture),
                hashId: parts.Length > 1 ? long.Parse(parts[1], CultureInfo.InvariantCulture) : 0),
            0);
    }
}
