using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ddmq.UnitTests.Limits;

/// <summary>A batch is charged per message and topic, whole or not at all.</summary>
public sealed class BatchLimitTests : IDisposable
{
    private readonly LimitFixture _fixture = new();

    public BatchLimitTests()
    {
        _fixture.Node(node => node with { WarningRatio = 1 });
        _fixture.Topic("a", maxTps: 100);
        _fixture.Topic("b", maxTps: 10);
    }

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Batch_Admitted_IsChargedForEveryMessageOfEveryTopic()
    {
        _fixture.Advance(1000);

        Assert.True((await _fixture.SendBatchAsync(("a", 40), ("b", 5), ("a", 20))).IsOk);

        Assert.Equal((60, 5), (_fixture.LimitsOf("a").Messages.Admitted, _fixture.LimitsOf("b").Messages.Admitted));
        Assert.Equal(65, _fixture.Catalog.Limits.Messages.Admitted);
        Assert.InRange(_fixture.CountAdmitted("a"), 40, 41);
        Assert.InRange(_fixture.CountAdmitted("b"), 5, 6);
    }

    [Fact]
    public async Task Batch_OneTopicOver_IsRefusedWholeAndCostsNothing()
    {
        _fixture.Advance(1000);
        _fixture.CountAdmitted("b");

        SendResult result = await _fixture.SendBatchAsync(("a", 60), ("b", 1), ("a", 1));

        Assert.Equal((SendStatus.RateLimited, Stored.No), (result.Status, result.Stored));
        Assert.Equal("limit of topic b: 10 messages per second, try again in 101 ms; none of the batch was sent", result.Detail);
        Assert.InRange(_fixture.CountAdmitted("a"), 100, 101);
        Assert.Equal(0, _fixture.Catalog.Ledgers.Sum(ledger => ledger.InFlight));
        Assert.Equal(0, _fixture.LimitsOf("a").InFlight.Current);
    }

    [Fact]
    public async Task Batch_ProxyOver_CostsItsTopicsNothing()
    {
        _fixture.Node(node => node with { MaxTps = 50 });
        _fixture.Advance(1000);
        Assert.True((await _fixture.SendBatchAsync(("a", 60))).IsOk);

        SendResult result = await _fixture.SendBatchAsync(("a", 30), ("b", 5));

        Assert.StartsWith("limit of this proxy: 50 messages per second", result.Detail);
        _fixture.Node(node => node with { MaxTps = 100_000 });
        _fixture.Advance(1);
        Assert.InRange(_fixture.CountAdmitted("a"), 40, 41);
        Assert.InRange(_fixture.CountAdmitted("b"), 10, 11);
    }

    [Fact]
    public async Task Batch_LargerThanASecondsWorth_IsAdmittedAndPaidForAfterwards()
    {
        Assert.True((await _fixture.SendBatchAsync(("b", 50))).IsOk);

        Assert.Equal(
            "limit of topic b: 10 messages per second, try again in 5001 ms; none of the batch was sent", (await _fixture.SendBatchAsync(("b", 1))).Detail);
        _fixture.Advance(5_001);
        Assert.True((await _fixture.SendBatchAsync(("b", 50))).IsOk);
    }

    [Fact]
    public async Task Batch_OverItsLimit_WaitsOnceAsAWhole()
    {
        _fixture.Topic("b", maxTps: 10, retryAfterMs: 150);
        Assert.True(_fixture.IsAdmitted("b"));

        Task<SendResult> sending = _fixture.SendBatchAsync(("a", 2), ("b", 2));
        Assert.Equal(1, _fixture.Pipeline.WaitingForLimit);
        Assert.Single(_fixture.Store.Requests);

        _fixture.Advance(200);
        Assert.True((await sending.WaitAsync(TimeSpan.FromSeconds(30))).IsOk);
        Assert.Equal(5, _fixture.Store.Requests.Count);
        Assert.All(_fixture.Store.Requests.Skip(1), request => Assert.True(request.IsDelayedByLimit));
        Assert.Equal(2, _fixture.LimitsOf("b").Messages.Delayed);
        Assert.Equal(0, _fixture.Catalog.Ledgers.Sum(ledger => ledger.InFlight));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(150)]
    public async Task Batch_LimiterThrows_IsAnswered10AndEveryMessageHasFailed(int retryAfterMs)
    {
        _fixture.Topic("b", maxTps: 10, retryAfterMs: retryAfterMs);
        Assert.True(_fixture.IsAdmitted("b"));

        // The limiter asks for the time at the first try, after five messages have been entered, or at the second, when it waits no longer.
        int reads = 0;
        _fixture.Time.IsBroken = () => retryAfterMs == 0 && ++reads == 6;
        Task<SendResult> sending = _fixture.SendBatchAsync(("a", 2), ("b", 3));
        Assert.Equal(retryAfterMs > 0 ? 1 : 0, _fixture.Pipeline.WaitingForLimit);
        _fixture.Time.IsBroken = () => retryAfterMs > 0 && _fixture.Pipeline.WaitingForLimit == 0 && ++reads == 1;
        _fixture.Advance(120);
        Assert.True(_fixture.IsAdmitted("b"));
        _fixture.Advance(40);

        SendResult result = await sending.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((SendStatus.Unknown, Stored.No), (result.Status, result.Stored));
        Assert.Equal("internal error, see error.log of the proxy; none of the batch was sent", result.Detail);
        Assert.Equal(LogLevel.Error, Assert.Single(_fixture.Log.Lines).Level);
        Assert.Equal(2, _fixture.Store.Requests.Count);
        Assert.Equal(new LedgerReading(Received: 2, Stored: 0, Spooled: 0, Refused: 0, Failed: 2, InFlight: 0), _fixture.Ledger("a"));
        Assert.Equal(new LedgerReading(Received: 5, Stored: 2, Spooled: 0, Refused: 0, Failed: 3, InFlight: 0), _fixture.Ledger("b"));
        Assert.Equal((0, 0), (_fixture.LimitsOf("a").InFlight.Current, _fixture.LimitsOf("b").InFlight.Current));
    }

    [Fact]
    public async Task Batch_LimitsRefusalCannotBeLogged_IsRefusedAsEver()
    {
        _fixture.Topic("b", maxTps: 10);
        Assert.True(_fixture.IsAdmitted("b"));
        _fixture.Log.IsBroken = _ => true;

        SendResult result = await _fixture.SendBatchAsync(("a", 2), ("b", 30));

        Assert.Equal((SendStatus.RateLimited, Stored.No), (result.Status, result.Stored));
        Assert.Equal(new LedgerReading(Received: 2, Stored: 0, Spooled: 0, Refused: 2, Failed: 0, InFlight: 0), _fixture.Ledger("a"));
        Assert.Equal((0, 0), (_fixture.LimitsOf("a").InFlight.Current, _fixture.LimitsOf("b").InFlight.Current));
    }

    [Fact]
    public async Task Batch_StoreAndDropLogThrowAfterTheWait_EveryMessageEndsOnce()
    {
        _fixture.Topic("b", maxTps: 10, retryAfterMs: 150);
        Assert.True(_fixture.IsAdmitted("b"));
        _fixture.Drops.IsBroken = _ => true;
        int sent = 0;
        _fixture.Store.Script = _ => ++sent == 2 ? throw new InvalidOperationException("script") : SendResult.Ok();
        Task<SendResult> sending = _fixture.SendBatchAsync(("b", 3));

        _fixture.Advance(200);

        SendResult result = await sending.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((SendStatus.Unknown, Stored.Unknown), (result.Status, result.Stored));
        Assert.StartsWith("2 of 3 messages are stored, 1 may be; first failure is message 2: internal error", result.Detail);
        Assert.Equal(new LedgerReading(Received: 4, Stored: 3, Spooled: 0, Refused: 0, Failed: 1, InFlight: 0), _fixture.Ledger("b"));
        Assert.Equal(0, _fixture.LimitsOf("b").InFlight.Current);
    }

    [Fact]
    public async Task Batch_HeartbeatsOnly_CostsNothing()
    {
        _fixture.Node(node => node with { MaxTps = 1 });

        for (int i = 0; i < 5; i++)
        {
            Assert.True((await _fixture.SendBatchAsync(("carrera_heartbeat", 3))).IsOk);
        }
    }
}
