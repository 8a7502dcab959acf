using Ddmq.Core.Messages;
using Ddmq.Core.Retrying;
using Ddmq.UnitTests.Pipeline;
using Xunit;

namespace Ddmq.UnitTests.Retrying;

/// <summary>What happens at the client's timeout, 50 ms here, while the first attempt is silent; the end is at 80 ms.</summary>
public sealed class SecondAttemptTests : IDisposable
{
    private static readonly SendResult Busy = SendResult.Failed(SendStatus.Unknown, Stored.No, "busy", retryElsewhere: true);
    private static readonly SendResult Failed = SendResult.Failed(SendStatus.TopicNotExist, Stored.No, "failed");

    private readonly PipelineFixture _fixture = new();
    private readonly SendRequest _request = PipelineFixture.Request("orders");

    public SecondAttemptTests()
    {
        _fixture.StoreA.Script = request =>
        {
            request.LastBroker = $"broker {request.Attempt}";
            return null;
        };
    }

    private RetryCounters Counters => _fixture.Ledger("orders").Retries;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task FirstSilent_SecondStores_IsOkWithinThirtyMillisecondsMore()
    {
        Task<SendResult> sending = SendUntilTimeout();

        SendRequest second = _fixture.StoreA.Requests[1];
        Assert.NotSame(_request, second);
        Assert.Equal((1, "broker 1", _request.EndTimestamp), (second.Attempt, second.LastBroker, second.DeadlineTimestamp));
        Assert.Equal(_request.Body, second.Body);
        Complete(1, SendResult.Ok(3, 4));

        Assert.Equal(SendResult.Ok(3, 4), await sending);
        Assert.True(_request.IsAbandoned, "the first attempt still has the message");
        Assert.Equal((1L, 1L, 1L), (Counters.Retries(RetryReason.Silent), Counters.PossibleDuplicates, Counters.StoredByRetry));
    }

    [Fact]
    public async Task BothSilent_IsAnswered12AtTheEndAndNotBefore()
    {
        Task<SendResult> sending = SendUntilTimeout();

        Advance(22);
        Assert.False(sending.IsCompleted);
        Advance(8);

        SendResult result = await sending;
        Assert.Equal(SendResult.Failed(SendStatus.Timeout, Stored.Unknown, "no answer from cluster A within 80 ms; 2 attempts"), result);
        Assert.Equal(2, _fixture.StoreA.Requests.Count);
        Assert.True(_request.IsAbandoned);
    }

    [Fact]
    public async Task FirstFailsLate_SecondStores_IsOkAndTheRequestIsFree()
    {
        Task<SendResult> sending = SendUntilTimeout();

        Complete(0, Busy);
        Assert.False(sending.IsCompleted);
        Complete(1, SendResult.Ok(3, 4));

        Assert.Equal(SendResult.Ok(3, 4), await sending);
        Assert.False(_request.IsAbandoned);
    }

    [Fact]
    public async Task FirstStoresLate_SecondSilent_IsOkAtTheEnd()
    {
        Task<SendResult> sending = SendUntilTimeout();

        Complete(0, SendResult.Ok(1, 2));
        Assert.False(sending.IsCompleted);
        Advance(30);

        Assert.Equal(SendResult.Ok(1, 2), await sending);
        Assert.True(_request.IsAbandoned, "the second attempt still has the message's bytes");
    }

    [Fact]
    public async Task FirstStoresLate_SecondFails_IsOk()
    {
        Task<SendResult> sending = SendUntilTimeout();

        Complete(0, SendResult.Ok(1, 2));
        Complete(1, Failed);

        Assert.Equal(SendResult.Ok(1, 2), await sending);
    }

    [Fact]
    public async Task FirstSilent_SecondFailsForGood_IsUnknownAll()
    {
        Task<SendResult> sending = SendUntilTimeout();

        Complete(1, Failed);

        Assert.Equal(SendResult.Failed(SendStatus.Unknown, Stored.Unknown, "failed; 2 attempts"), await sending);
        Assert.True(_request.IsAbandoned);
    }

    [Fact]
    public async Task BothFailForCertain_IsNotStored()
    {
        Task<SendResult> sending = SendUntilTimeout();

        Complete(0, Busy);
        Complete(1, Failed);

        Assert.Equal(Failed with { Detail = "failed; 2 attempts" }, await sending);
    }

    [Fact]
    public async Task SecondFailsFast_IsTriedOnceMoreBeforeTheEnd()
    {
        Task<SendResult> sending = SendUntilTimeout();

        Complete(1, Busy);
        Assert.Equal(3, _fixture.StoreA.Requests.Count);
        Complete(2, SendResult.Ok());

        Assert.True((await sending).IsOk);
    }

    [Fact]
    public async Task BothStore_IsCountedAsADuplicate()
    {
        Task<SendResult> sending = SendUntilTimeout();
        Complete(1, SendResult.Ok());
        await sending;

        Complete(0, SendResult.Ok());

        Assert.Equal(1, Counters.Duplicates);
        Assert.Equal(0, _fixture.Ledger("orders").LateStored);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Answered12_BothEndAfterwards_IsOneLateMessage(bool firstEndsFirst, bool firstStores)
    {
        Task<SendResult> sending = SendUntilTimeout();
        Advance(30);
        Assert.Equal(SendStatus.Timeout, (await sending).Status);

        foreach (int attempt in firstEndsFirst ? [0, 1] : new[] { 1, 0 })
        {
            Assert.Equal(0, _fixture.Ledger("orders").LateStored + _fixture.Ledger("orders").LateFailed);
            Complete(attempt, attempt == 0 && firstStores ? SendResult.Ok() : Failed);
        }

        Assert.Equal(firstStores ? 1 : 0, _fixture.Ledger("orders").LateStored);
        Assert.Equal(firstStores ? 0 : 1, _fixture.Ledger("orders").LateFailed);
    }

    [Fact]
    public async Task FirstGivenUpUnsentAtTheTimeout_IsTriedAgainUntilTheEnd()
    {
        Task<SendResult> sending = _fixture.SendAsync(_request);
        Advance(51);
        Complete(0, SendResult.Failed(SendStatus.Timeout, Stored.No, "not asked before the deadline"));

        Assert.Equal(2, _fixture.StoreA.Requests.Count);
        Advance(25);
        Assert.False(sending.IsCompleted);
        Complete(1, SendResult.Ok());

        Assert.True((await sending).IsOk);
        Assert.Equal((1L, 0L), (Counters.Retries(RetryReason.NotStored), Counters.PossibleDuplicates));
    }

    [Theory]
    [InlineData(SendMethod.Sync, 0, 10_000)]
    [InlineData(SendMethod.Async, 50, 10_000)]
    [InlineData(SendMethod.BatchSync, 50, 5_000)]
    public async Task NoTimeoutOfTheClient_OneAttemptAndItsOwnDeadline(SendMethod method, long requested, int deadlineMs)
    {
        SendRequest request = PipelineFixture.Request("orders", method: method);
        Task<SendResult> sending = _fixture.SendAsync(request, requested);

        Advance(deadlineMs - 1);
        Assert.False(sending.IsCompleted);
        Advance(7);

        Assert.Equal(SendStatus.Timeout, (await sending).Status);
        Assert.Single(_fixture.StoreA.Requests);
    }

    [Fact]
    public async Task StrongOrder_OneAttemptAnswered12AtTheTimeout()
    {
        Task<SendResult> sending = _fixture.SendAsync(PipelineFixture.Request("ordered"));

        Advance(56);

        Assert.Equal(SendStatus.Timeout, (await sending).Status);
        Assert.Single(_fixture.StoreA.Requests);
    }

    [Fact]
    public async Task DelayedByALimit_OneAttemptAnswered12AtTheTimeout()
    {
        _request.IsDelayedByLimit = true;
        Task<SendResult> sending = _fixture.SendAsync(_request);

        Advance(56);

        Assert.Equal(SendStatus.Timeout, (await sending).Status);
        Assert.Single(_fixture.StoreA.Requests);
    }

    [Fact]
    public async Task NowhereElseToGo_WaitsOnForTheFirst()
    {
        _fixture.StoreA.IsWithoutElsewhere = _ => true;
        Task<SendResult> sending = _fixture.SendAsync(_request);

        Advance(56);
        Assert.Single(_fixture.StoreA.Requests);
        Complete(0, SendResult.Ok(1, 2));

        Assert.Equal(SendResult.Ok(1, 2), await sending);
        Assert.False(_request.IsAbandoned);
    }

    [Fact]
    public async Task BudgetUsedUp_WaitsOnForTheFirstAndSaysWhy()
    {
        Task<SendResult>[] sending = [.. Enumerable.Range(0, 300).Select(_ => _fixture.SendAsync(PipelineFixture.Request("orders")))];

        Advance(56);
        Assert.InRange(_fixture.StoreA.Requests.Count, 455, 465); // 100 saved up, and a fifth of what was sent
        Advance(30);

        SendResult[] results = await Task.WhenAll(sending);
        Assert.All(results, result => Assert.Equal((SendStatus.Timeout, Stored.Unknown), (result.Status, result.Stored)));
        Assert.Equal(
            Counters.OverBudget,
            results.Count(result => result.Detail == "no answer from cluster A within 80 ms; not tried again: the retry budget of cluster A is used up"));
    }

    [Fact]
    public async Task ManyAtOnce_WhoeverWins_EachIsAnsweredOnceAndTruthfully()
    {
        const int Count = 5_000;
        var random = new Random(20261125);
        using var fixture = new PipelineFixture(retries: new RetryOptions(MaxAttempts: 2, BudgetPercent: 100));
        fixture.StoreA.Script = _ => null;
        SendRequest[] requests = [.. Enumerable.Range(0, Count).Select(_ => PipelineFixture.Request("orders"))];
        Task<SendResult>[] sending = [.. requests.Select(request => fixture.SendAsync(request, random.Next(1, 100)))];
        TaskCompletionSource<SendResult>[] first = [.. fixture.StoreA.Waiting.OrderBy(_ => random.Next())];
        fixture.StoreA.Waiting.Clear();

        // The first attempts end on one thread while the clock, and with it the second ones, run on another.
        Task ending = Task.Run(() => Array.ForEach(first, attempt => attempt.SetResult(random.Next(2) == 0 ? SendResult.Ok() : Failed)));
        for (int i = 0; i < 20; i++)
        {
            fixture.Advance(5);
        }

        await ending;
        while (fixture.StoreA.Waiting.Count > 0)
        {
            fixture.StoreA.Complete(SendResult.Ok());
        }

        fixture.Advance(100);
        SendResult[] results = await Task.WhenAll(sending).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(0, fixture.Ledger("orders").InFlight);
        Assert.Equal(Count, SendStatuses.All.Sum(fixture.Ledger("orders").Answered));
        long late = fixture.Ledger("orders").LateStored + fixture.Ledger("orders").LateFailed;
        Assert.Equal(results.Count(result => result.Status == SendStatus.Timeout), late);
    }

    private Task<SendResult> SendUntilTimeout()
    {
        Task<SendResult> sending = _fixture.SendAsync(_request);
        Advance(56);
        Assert.Equal(2, _fixture.StoreA.Requests.Count);
        Assert.False(sending.IsCompleted);
        return sending;
    }

    private void Advance(int milliseconds) => _fixture.Advance(milliseconds);

    private void Complete(int attempt, SendResult outcome) => _fixture.StoreA.Complete(attempt, outcome);
}
