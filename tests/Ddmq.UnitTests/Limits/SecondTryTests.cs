using Ddmq.Core.Messages;
using Xunit;

namespace Ddmq.UnitTests.Limits;

/// <summary>A call over its limit may wait once, within its deadline, and never longer than the proxy lives.</summary>
public sealed class SecondTryTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly LimitFixture _fixture = new();

    public SecondTryTests() => _fixture.Node(node => node with { WarningRatio = 1 });

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(-1, 50, 40)]
    [InlineData(-1, 21, 11)]
    [InlineData(-1, 5000, 100)]
    [InlineData(30, 5000, 30)]
    public async Task SendAsync_OverTheLimit_IsTriedOnceMoreAfterTheInterval(long interval, long timeoutMs, int waitMs)
    {
        _fixture.Topic("t", maxTps: 100, retryAfterMs: interval);
        Assert.True(_fixture.IsAdmitted("t"));
        SendRequest request = LimitFixture.Request("t");

        Task<SendResult> sending = _fixture.SendAsync(request, timeoutMs);

        _fixture.Advance(waitMs - 1);
        Assert.Equal(1, _fixture.Pipeline.WaitingForLimit);
        _fixture.Advance(7);
        Assert.True((await sending.WaitAsync(Patience)).IsOk);
        Assert.True(request.IsDelayedByLimit);
        Assert.Equal(0, _fixture.Pipeline.WaitingForLimit);
        Assert.Equal((1, 0), (_fixture.LimitsOf("t").Messages.Delayed, _fixture.LimitsOf("t").Messages.Refused));
    }

    [Theory]
    [InlineData(0, 5000)] // never
    [InlineData(-1, 20)] // 20 - 10 is not more than 10
    [InlineData(50, 50)] // would end at the deadline
    [InlineData(60, 50)] // and after it
    [InlineData(5, 5000)] // no permit by then
    public async Task SendAsync_WaitWithoutUse_IsRefusedAtOnce(long interval, long timeoutMs)
    {
        _fixture.Topic("t", maxTps: 100, retryAfterMs: interval);
        Assert.True(_fixture.IsAdmitted("t"));

        Task<SendResult> sending = _fixture.SendAsync("t", timeoutMs: timeoutMs);

        Assert.True(sending.IsCompleted);
        Assert.Equal(SendStatus.RateLimited, (await sending).Status);
        Assert.Equal(0, _fixture.Pipeline.WaitingForLimit);
    }

    [Fact]
    public async Task SendAsync_OverTheLimitAgain_IsRefusedAndNotDelayedTwice()
    {
        _fixture.Topic("t", maxTps: 10, retryAfterMs: 110);
        Assert.True(_fixture.IsAdmitted("t"));
        Task<SendResult>[] sending = [_fixture.SendAsync("t"), _fixture.SendAsync("t"), _fixture.SendAsync("t")];

        // As a timer does it: without the test's synchronization context, beside which continuations do not run at once.
        await Task.Run(() => _fixture.Advance(120));

        // In the order in which they came, and one permit has come meanwhile.
        SendResult[] results = await Task.WhenAll(sending).WaitAsync(Patience);
        Assert.Equal([SendStatus.Ok, SendStatus.RateLimited, SendStatus.RateLimited], results.Select(result => result.Status));
        Assert.Equal(2, _fixture.LimitsOf("t").Messages.Refused);
    }

    [Fact]
    public async Task SendAsync_QueueFull_IsRefusedAtOnce()
    {
        _fixture.Node(node => node with { MaxWaiting = 2 });
        _fixture.Topic("t", maxTps: 100, retryAfterMs: 100);
        Assert.True(_fixture.IsAdmitted("t"));
        Task<SendResult>[] waiting = [_fixture.SendAsync("t"), _fixture.SendAsync("t")];

        Assert.Equal(SendStatus.RateLimited, (await _fixture.SendAsync("t").WaitAsync(Patience)).Status);

        _fixture.Advance(110);
        Assert.All(await Task.WhenAll(waiting).WaitAsync(Patience), result => Assert.True(result.IsOk));
    }

    [Fact]
    public async Task EndWaits_CallsWaiting_AreAnswered20AndNothingIsSent()
    {
        _fixture.Topic("t", maxTps: 100, retryAfterMs: 100);
        Assert.True(_fixture.IsAdmitted("t"));
        Task<SendResult> single = _fixture.SendAsync("t");
        Task<SendResult> batch = _fixture.SendBatchAsync(("t", 3));

        _fixture.Pipeline.EndWaits();

        Assert.Equal((SendStatus.ShuttingDown, Stored.No), ((await single.WaitAsync(Patience)).Status, (await single).Stored));
        Assert.Equal(SendStatus.ShuttingDown, (await batch.WaitAsync(Patience)).Status);
        Assert.Equal(SendStatus.ShuttingDown, (await _fixture.SendAsync("t").WaitAsync(Patience)).Status);
        Assert.Single(_fixture.Store.Requests);
        Assert.Equal(0, _fixture.Catalog.Ledgers.Sum(ledger => ledger.InFlight));
    }

    [Fact]
    public async Task SendAsync_TimerTooLate_SendsNothing()
    {
        _fixture.Topic("t", maxTps: 100, retryAfterMs: 48);
        Assert.True(_fixture.IsAdmitted("t"));

        // The next tick of the timer, at 50 ms, is the deadline.
        Task<SendResult> sending = _fixture.SendAsync("t", timeoutMs: 50);
        _fixture.Advance(100);

        Assert.Equal((SendStatus.RateLimited, Stored.No), ((await sending.WaitAsync(Patience)).Status, (await sending).Stored));
        Assert.Single(_fixture.Store.Requests);
    }

    [Fact]
    public async Task SendAsync_StoreSlowAfterTheWait_IsAnswered12AtItsDeadline()
    {
        _fixture.Topic("t", maxTps: 100, retryAfterMs: 30);
        Assert.True(_fixture.IsAdmitted("t"));
        _fixture.Store.Script = _ => null;
        Task<SendResult> sending = _fixture.SendAsync("t", timeoutMs: 100);
        _fixture.Advance(40);
        await WaitUntilAsync(() => _fixture.Store.Requests.Count == 2);

        // The store has it; the timer may be about to be told.
        await WaitUntilAsync(() =>
        {
            _fixture.Advance(70);
            return sending.IsCompleted;
        });

        Assert.Equal(SendStatus.Timeout, (await sending).Status);
    }

    [Fact]
    public async Task SendAsync_StoreThrowsAfterTheWait_IsAnswered10()
    {
        _fixture.Topic("t", maxTps: 100, retryAfterMs: 30);
        Assert.True(_fixture.IsAdmitted("t"));
        _fixture.Store.Script = _ => throw new InvalidOperationException("script");
        Task<SendResult> sending = _fixture.SendAsync("t");

        _fixture.Advance(40);

        Assert.Equal(SendStatus.Unknown, (await sending.WaitAsync(Patience)).Status);
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(1, patience.Token);
        }
    }
}
