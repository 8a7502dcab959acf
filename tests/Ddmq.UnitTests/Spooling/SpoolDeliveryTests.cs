using System.Text;
using System.Text.Json;
using Ddmq.Core.Messages;
using Ddmq.Core.Spooling;
using Xunit;

namespace Ddmq.UnitTests.Spooling;

/// <summary>How messages leave the spool.</summary>
public sealed class SpoolDeliveryTests
{
    private static readonly SendResult Down = SendResult.Failed(SendStatus.Unknown, Stored.No, "broker down");

    [Fact]
    public async Task Deliver_AfterAnOutage_IsInOrderInEachLaneAndCountsEverything()
    {
        await using var fixture = new SpoolFixture();
        fixture.Store.Outcome = _ => Down;
        for (int i = 0; i < 300; i++)
        {
            await fixture.SendAsync(SpoolFixture.Request("safe", $"{i % 3}-{i}", partitionId: i % 3));
            Assert.True(fixture.Reading("safe").IsBalanced);
        }

        fixture.Store.Outcome = _ => SendResult.Ok();
        await fixture.AdvanceUntilAsync(() => fixture.Spool.IsEmpty, TimeSpan.FromMilliseconds(100), "the spool to empty");

        foreach (string lane in new[] { "0", "1", "2" })
        {
            int[] order = [.. fixture.Store.Stored.Where(body => body[0] == lane[0]).Select(body => int.Parse(body[2..], System.Globalization.CultureInfo.InvariantCulture))];
            Assert.Equal(100, order.Length);
            Assert.Equal(order.Order(), order);
        }

        SpoolReading reading = fixture.Reading("safe");
        Assert.Equal((300, 300, 0, 0), (reading.Spooled, reading.Delivered, reading.Messages, reading.Bytes));
        Assert.Equal(0, reading.PossibleDuplicates);
        Assert.Null(reading.Waiting);
        Assert.Equal(0, fixture.Disk.Count);
    }

    [Fact]
    public async Task Deliver_WhileItFails_WaitsAsConfiguredWithOneMessageAtATime()
    {
        await using var fixture = new SpoolFixture { Delays = [1000, 5000] };
        fixture.Store.Outcome = _ => Down;
        for (int i = 0; i < 10; i++)
        {
            await fixture.SendAsync(SpoolFixture.Request("safe", $"{i}", partitionId: i));
        }

        await SpoolFixture.WaitUntilAsync(() => fixture.Reading("safe").Waiting == "broker down", "the first attempt to fail");
        int direct = fixture.Store.Asked.Count;

        foreach ((int ms, int attempts) in new[] { (900, 0), (100, 1), (4900, 1), (100, 2), (4900, 2), (100, 3) })
        {
            fixture.Time.Advance(TimeSpan.FromMilliseconds(ms));
            await SpoolFixture.WaitUntilAsync(() => fixture.Store.Asked.Count >= direct + attempts, $"attempt {attempts}");
            await SettleAsync(fixture);
            Assert.Equal(direct + attempts, fixture.Store.Asked.Count);
        }
    }

    [Fact]
    public async Task Deliver_TroubleOfTheClusterEnds_DoesNotWaitForItsTurn()
    {
        await using var fixture = new SpoolFixture { Delays = [3_600_000] };
        fixture.Store.Outcome = _ => Down;
        fixture.Store.Trouble = "no broker can be reached";
        await fixture.SendAsync(SpoolFixture.Request("safe", "one"));
        await SpoolFixture.WaitUntilAsync(() => fixture.Reading("safe").Waiting is not null, "the first attempt to fail");

        fixture.Store.Outcome = _ => SendResult.Ok();
        fixture.Store.Trouble = null;

        await fixture.AdvanceUntilAsync(() => fixture.Spool.IsEmpty, TimeSpan.FromMilliseconds(200), "the spool to empty");
        Assert.True(fixture.Time.GetUtcNow() < new DateTimeOffset(2026, 1, 5, 11, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task Deliver_ManyLanes_KeepsTheBoundInFlight()
    {
        await using var fixture = new SpoolFixture(new SpoolSettings { MaxInFlight = 3 });
        fixture.Store.Outcome = _ => Down;
        for (int i = 0; i < 50; i++)
        {
            await fixture.SendAsync(SpoolFixture.Request("safe", $"{i}", partitionId: i));
        }

        int most = 0;
        fixture.Store.Outcome = _ =>
        {
            most = Math.Max(most, fixture.Delivery.InFlight);
            return SendResult.Ok();
        };
        await fixture.AdvanceUntilAsync(() => fixture.Spool.IsEmpty, TimeSpan.FromMilliseconds(200), "the spool to empty");

        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public async Task Deliver_AfterARestart_SendsEverythingAsItWas()
    {
        var disk = new MemorySpoolLog();
        await using (var before = new SpoolFixture(disk: disk))
        {
            before.Store.Outcome = request =>
            {
                request.MessageKey = 77;
                request.MessageKeyOrigin = "ORIGIN"u8.ToArray();
                return SendResult.Failed(SendStatus.Timeout, Stored.Unknown);
            };
            SendRequest request = SpoolFixture.Request("safe", "body", "key", partitionId: -1, hashId: -5);
            request.Tags = "tag"u8.ToArray();
            request.AddProperty("name"u8.ToArray(), "value"u8.ToArray());
            await before.SendAsync(request);
            await before.Delivery.StopAsync();
            Assert.Equal(1, disk.Count);
        }

        SendRequest? sent = null;
        await using var after = new SpoolFixture(disk: disk);
        after.Store.Outcome = request =>
        {
            sent = request;
            return SendResult.Ok();
        };
        await after.AdvanceUntilAsync(() => after.Spool.IsEmpty, TimeSpan.FromMilliseconds(200), "the spool to empty");

        Assert.Equal("key|tag|body", $"{Text(sent!.Key)}|{Text(sent.Tags)}|{Text(sent.Body)}");
        Assert.Equal((-1, -5L, 77L, "ORIGIN"), (sent.PartitionId, sent.HashId, sent.MessageKey, Text(sent.MessageKeyOrigin)));
        Assert.True(sent.Attempt >= 1);
        Assert.Equal(("name", "value"), (Text(sent.Properties[0].Name), Text(sent.Properties[0].Value)));
        Assert.Equal((1, 0, 1, 1), (after.Reading("safe").Recovered, after.Reading("safe").Spooled, after.Reading("safe").Delivered, after.Reading("safe").PossibleDuplicates));
    }

    [Fact]
    public async Task Deliver_TooOld_GoesToTheDropLogFirst()
    {
        await using var fixture = new SpoolFixture(new SpoolSettings { MaxAge = TimeSpan.FromHours(1) }) { Delays = [1000] };
        fixture.Store.Outcome = _ => SendResult.Failed(SendStatus.Unknown, Stored.Unknown, "lost");
        await fixture.SendAsync(SpoolFixture.Request("safe", "old", "k", partitionId: 3));
        await SpoolFixture.WaitUntilAsync(() => fixture.Reading("safe").Waiting is not null, "the first attempt to fail");

        fixture.Drops.IsFull = true;
        await fixture.AdvanceUntilAsync(
            () => fixture.Reading("safe").Waiting?.StartsWith("the drop log cannot be written", StringComparison.Ordinal) == true, TimeSpan.FromMinutes(10), "the drop to fail");
        Assert.Equal((1, 1L), (fixture.Disk.Count, fixture.Reading("safe").Messages));

        fixture.Drops.IsFull = false;
        await fixture.AdvanceUntilAsync(() => fixture.Spool.IsEmpty, TimeSpan.FromSeconds(1), "the entry to be dropped");

        JsonElement line = JsonDocument.Parse(Assert.Single(fixture.Drops.Lines)).RootElement;
        Assert.Equal("SPOOL_AGED", line.GetProperty("reason").GetString());
        Assert.Equal("unknown", line.GetProperty("stored").GetString());
        Assert.Equal(("safe", "A", "k", 3), (line.GetProperty("topic").GetString(), line.GetProperty("cluster").GetString(), line.GetProperty("key").GetString(), line.GetProperty("partitionId").GetInt32()));
        Assert.Equal("old", Encoding.UTF8.GetString(line.GetProperty("bodyBase64").GetBytesFromBase64()));
        Assert.Equal(1, fixture.Reading("safe").Dropped[SpoolDropReason.Aged]);
        Assert.True(fixture.Reading("safe").IsBalanced);
    }

    [Fact]
    public async Task Deliver_RefusedForGood_GoesToTheDropLogAndTheNextOneIsSent()
    {
        await using var fixture = new SpoolFixture();
        fixture.Store.Outcome = _ => Down;
        await fixture.SendAsync(SpoolFixture.Request("safe", "bad", partitionId: 1));
        await fixture.SendAsync(SpoolFixture.Request("safe", "good", partitionId: 1));

        fixture.Store.Outcome = request => Text(request.Body) == "bad" ? SendResult.Refused(SendStatus.IllegalMessage, "too large") : SendResult.Ok();
        await fixture.AdvanceUntilAsync(() => fixture.Spool.IsEmpty, TimeSpan.FromMilliseconds(200), "the spool to empty");

        Assert.Equal(["good"], fixture.Store.Stored);
        Assert.Equal("FAIL_ILLEGAL_MSG", JsonDocument.Parse(Assert.Single(fixture.Drops.Lines)).RootElement.GetProperty("reason").GetString());
        Assert.Equal((1, 1), (fixture.Reading("safe").Delivered, fixture.Reading("safe").Dropped[SpoolDropReason.Refused]));
    }

    [Fact]
    public async Task Deliver_TopicSaidNotToExist_Waits()
    {
        await using var fixture = new SpoolFixture { Delays = [1000] };
        fixture.Store.Outcome = _ => Down;
        await fixture.SendAsync(SpoolFixture.Request("safe", "one"));

        // Name servers that have lost their brokers say so of every topic.
        fixture.Store.Outcome = _ => SendResult.Refused(SendStatus.TopicNotExist);
        int asked = fixture.Store.Asked.Count;
        await fixture.AdvanceUntilAsync(() => fixture.Store.Asked.Count >= asked + 5, TimeSpan.FromSeconds(1), "five attempts");

        Assert.Empty(fixture.Drops.Lines);
        Assert.Equal(1, fixture.Reading("safe").Messages);
    }

    [Fact]
    public async Task Deliver_DamagedEntry_GoesToTheDropLogWithItsBytes()
    {
        var disk = new MemorySpoolLog();
        await using (var before = new SpoolFixture(disk: disk))
        {
            before.Store.Outcome = _ => Down;
            await before.SendAsync(SpoolFixture.Request("safe", "one"));
            await before.Delivery.StopAsync();
        }

        disk.Damage();
        await using var after = new SpoolFixture(disk: disk);
        await SpoolFixture.WaitUntilAsync(() => after.Spool.IsEmpty, "the entry to be dropped");

        JsonElement line = JsonDocument.Parse(Assert.Single(after.Drops.Lines)).RootElement;
        Assert.Equal("SPOOL_DAMAGED", line.GetProperty("reason").GetString());
        Assert.NotEmpty(line.GetProperty("entryBase64").GetBytesFromBase64());
        Assert.Empty(after.Store.Asked);
        Assert.Equal(1, after.Reading("safe").Dropped[SpoolDropReason.Damaged]);
    }

    [Fact]
    public async Task Deliver_TopicNoLongerConfigured_StaysAndSaysSo()
    {
        await using var fixture = new SpoolFixture();
        fixture.Store.Outcome = _ => Down;
        await fixture.SendAsync(SpoolFixture.Request("safe", "one"));
        await SpoolFixture.WaitUntilAsync(() => fixture.Reading("safe").Waiting == "broker down", "the first attempt to fail");
        fixture.Catalog.Replace([], "");
        int asked = fixture.Store.Asked.Count;

        await fixture.AdvanceUntilAsync(
            () => fixture.Reading("safe").Waiting!.StartsWith("the topic is not configured here", StringComparison.Ordinal), TimeSpan.FromSeconds(1), "the delivery to look");

        Assert.Equal((1L, asked), (fixture.Reading("safe").Messages, fixture.Store.Asked.Count));
    }

    [Fact]
    public async Task Deliver_OwnAttemptEndsUnknown_CountsAPossibleDuplicate()
    {
        await using var fixture = new SpoolFixture();
        fixture.Store.Outcome = _ => Down;
        await fixture.SendAsync(SpoolFixture.Request("safe", "one"));
        await SpoolFixture.WaitUntilAsync(() => fixture.Reading("safe").Waiting == "broker down", "the first attempt to fail");
        fixture.Store.Outcome = _ => SendResult.Failed(SendStatus.Timeout, Stored.Unknown, "no answer");
        await fixture.AdvanceUntilAsync(() => fixture.Reading("safe").Waiting == "no answer", TimeSpan.FromSeconds(1), "an attempt without an answer");

        fixture.Store.Outcome = _ => SendResult.Ok();
        await fixture.AdvanceUntilAsync(() => fixture.Spool.IsEmpty, TimeSpan.FromSeconds(1), "the spool to empty");

        Assert.Equal(1, fixture.Reading("safe").PossibleDuplicates);
    }

    [Fact]
    public async Task Deliver_StoreThatNeverAnswers_IsTriedAgainWithAnotherRequest()
    {
        await using var fixture = new SpoolFixture(new SpoolSettings { AttemptTimeout = TimeSpan.FromSeconds(10) }) { Delays = [100] };
        fixture.Store.Outcome = _ => Down;
        await fixture.SendAsync(SpoolFixture.Request("safe", "one"));
        await SpoolFixture.WaitUntilAsync(() => fixture.Reading("safe").Waiting == "broker down", "the first attempt to fail");
        var never = new TaskCompletionSource<SendResult>();
        fixture.Store.Waiting = never;
        int asked = fixture.Store.Asked.Count;
        await fixture.AdvanceUntilAsync(() => fixture.Store.Asked.Count == asked + 1, TimeSpan.FromMilliseconds(100), "the second attempt");

        fixture.Store.Waiting = null;
        fixture.Store.Outcome = _ => SendResult.Ok();
        await fixture.AdvanceUntilAsync(() => fixture.Spool.IsEmpty, TimeSpan.FromSeconds(1), "the spool to empty");

        Assert.Equal(["one"], fixture.Store.Stored);
        Assert.Equal(1, fixture.Reading("safe").PossibleDuplicates);
        never.SetResult(SendResult.Ok()); // too late to matter
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 200)]
    [InlineData(3, 300)]
    [InlineData(1000, 300)]
    public void RetryDelays_Configured_EndWithTheLastOne(int failures, int expectedMs) =>
        Assert.Equal(TimeSpan.FromMilliseconds(expectedMs), RetryDelays.After(failures, [100, 200, 300]));

    [Fact]
    public void RetryDelays_NoneConfigured_AreTheConsoles() =>
        Assert.Equal([200, 500, 1000, 5000, 10_000, 10_000], Enumerable.Range(1, 6).Select(failures => (int)RetryDelays.After(failures, []).TotalMilliseconds));

    private static string Text(ReadOnlyMemory<byte>? bytes) => Encoding.UTF8.GetString(bytes.GetValueOrDefault().Span);

    // Lets whatever the delivery might do wrongly happen.
    private static async Task SettleAsync(SpoolFixture fixture)
    {
        for (int i = 0; i < 200; i++)
        {
            _ = fixture.Delivery.InFlight;
            await Task.Yield();
        }
    }
}
