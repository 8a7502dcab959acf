using Ddmq.Core.Diagnostics.Latencies;
using Ddmq.Core.Diagnostics.Recording;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.UnitTests.Limits;
using Xunit;

namespace Ddmq.UnitTests.Pipeline;

/// <summary>What the pipeline tells the recorder and the latencies.</summary>
public sealed class RecordingTests : IDisposable
{
    private readonly PipelineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Leave_MessageOfASlowStore_IsRecordedWithItsStages()
    {
        _fixture.StoreA.Script = _ => null;
        Task<SendResult> sending = _fixture.SendAsync(Request("orders", "k"));
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(12));
        _fixture.StoreA.Complete(SendResult.Ok(1, 2));
        await sending;

        RecordedMessage message = Assert.Single(Find("k"));
        Assert.Equal(_fixture.Time.GetUtcNow().AddMilliseconds(-12), message.Received);
        Assert.Equal(("orders", 12.0, 0.0), (message.Topic, Math.Round(message.AnsweredMs, 2), Math.Round(message.FirstHandedOverMs!.Value, 2)));
        Assert.Equal("A", Assert.Single(message.Attempts).Cluster);
        Assert.InRange(Recent(SendStage.Store).PercentileMs(50)!.Value, 11.2, 12.8);
        Assert.Equal(1, Recent(SendStage.Proxy).Count);
        Assert.Equal(0, Recent(SendStage.Limiter).Count);
        Assert.NotNull(_fixture.Ledger("orders").Latency);
    }

    [Fact]
    public async Task Leave_StoreThatAnswersAtOnce_HasAnAttemptAndNoTimeInTheStore()
    {
        await _fixture.SendAsync(Request("orders", "k"));

        RecordedMessage.Attempt attempt = Assert.Single(Assert.Single(Find("k")).Attempts);
        Assert.Null(attempt.HandedOverMs);
        Assert.Equal(0, Recent(SendStage.Store).Count);
    }

    [Fact]
    public async Task Leave_MessageThatWasTriedTwice_HasBothAttempts()
    {
        _fixture.StoreA.Script = _ => null;
        SendRequest request = Request("orders", "k");
        Task<SendResult> sending = _fixture.SendAsync(request, timeoutMs: 1000);
        request.LastBroker = "a";
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(5));
        _fixture.StoreA.Complete(SendResult.Failed(SendStatus.Unknown, Stored.No, "busy", retryElsewhere: true));
        request.LastBroker = "b";
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(7));
        _fixture.StoreA.Complete(SendResult.Ok(1, 2));
        await sending;

        RecordedMessage message = Assert.Single(Find("k"));
        Assert.Equal([("a", "busy", 5.0), ("b", null, 12.0)], message.Attempts.Select(attempt => (attempt.Broker, attempt.Detail, Math.Round(attempt.EndedMs, 2))));
        Assert.InRange(Recent(SendStage.Store).PercentileMs(50)!.Value, 11.2, 12.8);
    }

    [Fact]
    public async Task Leave_MessageWithASecondAttemptAtTheTimeout_HasBothAttempts()
    {
        _fixture.StoreA.Script = sent =>
        {
            sent.LastBroker = sent.Attempt == 0 ? "a" : "b";
            return null;
        };
        Task<SendResult> sending = _fixture.SendAsync(Request("orders", "k"), timeoutMs: 50);
        _fixture.Advance(60);
        _fixture.StoreA.Complete(1, SendResult.Ok(3, 4));
        await sending;

        Assert.Equal(
            [("a", SendStatus.Timeout, Stored.Unknown), ("b", SendStatus.Ok, Stored.Yes)],
            Assert.Single(Find("k")).Attempts.Select(attempt => (attempt.Broker, attempt.Status, attempt.Stored)));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("nobody serves this")]
    [InlineData("later")]
    public async Task Leave_RefusedMessage_IsRecordedAndNotInTheLatencies(string topic)
    {
        await _fixture.SendAsync(Request(topic, "k"));

        RecordedMessage message = Assert.Single(Find("k"));
        Assert.Equal(topic, message.Topic);
        Assert.Equal((Stored.No, 0), (message.Result.Stored, message.Attempts.Count));
        Assert.All(_fixture.Catalog.Ledgers, ledger => Assert.Null(ledger.Latency));
    }

    [Fact]
    public async Task Leave_Heartbeat_IsNotRecorded()
    {
        await _fixture.SendAsync(Request("carrera_heartbeat", "k"));

        Assert.Empty(Find("k"));
        Assert.All(_fixture.Catalog.Ledgers, ledger => Assert.Null(ledger.Latency));
    }

    [Fact]
    public async Task Late_StoreThatSpeaksAfterTheDeadline_IsAnEntryOfItsOwn()
    {
        _fixture.StoreA.Script = _ => null;
        Task<SendResult> sending = _fixture.SendAsync(Request("ordered", "k"), timeoutMs: 50);
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(60));
        await sending;
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(40));
        _fixture.StoreA.Complete(SendResult.Ok(3, 4));

        IReadOnlyList<RecordedMessage> messages = Find("k");
        Assert.Equal([false, true], messages.Select(message => message.IsLate));
        Assert.Equal([SendStatus.Timeout, SendStatus.Ok], messages.Select(message => message.Result.Status));
        Assert.Equal((3, 4, 100), (messages[1].Partition, messages[1].Offset, Math.Round(messages[1].AnsweredMs)));
    }

    [Fact]
    public async Task Batch_EveryMessage_IsRecordedWithTheClient()
    {
        var batch = new BatchSend(_fixture.Pipeline, "10.0.0.7:1");
        foreach (string key in new[] { "a", "b" })
        {
            SendRequest request = batch.Add();
            request.TopicName = "orders"u8.ToArray();
            request.Key = System.Text.Encoding.UTF8.GetBytes(key);
            request.Body = "x"u8.ToArray();
        }

        await batch.SendAsync();

        Assert.Equal(("10.0.0.7:1", SendMethod.BatchSync), (Assert.Single(Find("b")).Client, Assert.Single(Find("a")).Method));
    }

    [Fact]
    public async Task Leave_MessagesOverALimit_SaysWhetherTheyWereDelayedOrRefused()
    {
        using var limits = new LimitFixture();
        limits.Topic("orders", maxTps: 10, retryAfterMs: 150);
        Task<SendResult> admitted = limits.SendAsync(Keyed("admitted"));
        await limits.SendAsync(Keyed("admitted with a warning"));
        Task<SendResult> delayed = limits.SendAsync(Keyed("delayed"));
        Task<SendResult> refused = limits.SendAsync(Keyed("refused"), timeoutMs: 20);
        limits.Advance(200);
        await Task.WhenAll(admitted, delayed, refused);

        Assert.Equal(LimiterOutcome.Admitted, Entry("admitted").Limiter);
        Assert.Equal(LimiterOutcome.Delayed, Entry("delayed").Limiter);
        Assert.InRange(Entry("delayed").LimiterWaitMs, 150, 201);
        Assert.Equal((LimiterOutcome.Refused, 0), (Entry("refused").Limiter, Entry("refused").Attempts.Count));
        Assert.Equal(1, Sample(limits.Pipeline, SendStage.Limiter).Count);

        RecordedMessage Entry(string key) => Assert.Single(limits.Recorder.Find(System.Text.Encoding.UTF8.GetBytes(key), null, 10));
    }

    private static SendRequest Keyed(string key)
    {
        SendRequest request = LimitFixture.Request("orders");
        request.Key = System.Text.Encoding.UTF8.GetBytes(key);
        return request;
    }

    private static SendRequest Request(string topic, string key)
    {
        SendRequest request = PipelineFixture.Request(topic);
        request.Key = System.Text.Encoding.UTF8.GetBytes(key);
        return request;
    }

    private static LatencySample Sample(SendPipeline pipeline, SendStage stage)
    {
        var sample = new LatencySample();
        pipeline.Latencies.Of(stage).AddRecentTo(sample, pipeline.Latencies.Window);
        return sample;
    }

    private LatencySample Recent(SendStage stage) => Sample(_fixture.Pipeline, stage);

    private IReadOnlyList<RecordedMessage> Find(string key) => _fixture.Recorder.Find(System.Text.Encoding.UTF8.GetBytes(key), null, 10);
}
