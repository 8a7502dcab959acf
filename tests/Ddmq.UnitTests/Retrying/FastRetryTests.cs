using Ddmq.Core.Messages;
using Ddmq.Core.Retrying;
using Ddmq.UnitTests.Pipeline;
using Xunit;

namespace Ddmq.UnitTests.Retrying;

/// <summary>What follows on an attempt that fails before its deadline.</summary>
public sealed class FastRetryTests : IDisposable
{
    private static readonly SendResult Busy = SendResult.Failed(SendStatus.Unknown, Stored.No, "busy", retryElsewhere: true);
    private static readonly SendResult Lost = SendResult.Failed(SendStatus.Unknown, Stored.Unknown, "lost", retryElsewhere: true);

    private readonly PipelineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(SendMethod.Sync)]
    [InlineData(SendMethod.Async)]
    [InlineData(SendMethod.BatchSync)]
    public async Task SendAsync_FailsAtOnceAndMaySucceedElsewhere_IsTriedAgainAtOnce(SendMethod method)
    {
        Script(request => request.Attempt == 0 ? Busy : SendResult.Ok(3, 4));

        SendResult result = await _fixture.SendAsync(PipelineFixture.Request("orders", method: method));

        Assert.Equal(SendResult.Ok(3, 4), result);
        Assert.Equal(2, _fixture.StoreA.Requests.Count);
    }

    [Fact]
    public async Task SendAsync_FailsLaterAndMaySucceedElsewhere_IsTriedAgainWithTheSameRequest()
    {
        Script(_ => null);
        SendRequest request = PipelineFixture.Request("orders");
        Task<SendResult> sending = _fixture.SendAsync(request);

        _fixture.StoreA.Complete(Busy);
        Assert.Equal(2, _fixture.StoreA.Requests.Count);
        Assert.All(_fixture.StoreA.Requests, sent => Assert.Same(request, sent));
        _fixture.StoreA.Complete(SendResult.Ok());

        Assert.True((await sending).IsOk);
        Assert.False(request.IsAbandoned);
    }

    [Fact]
    public async Task SendAsync_NeverSucceeds_EndsWithTheLastOutcomeAfterThreeAttempts()
    {
        Script(request => Busy with { Detail = $"busy {request.Attempt}" });

        SendResult result = await _fixture.SendAsync(PipelineFixture.Request("orders"));

        Assert.Equal(SendResult.Failed(SendStatus.Unknown, Stored.No, "busy 2; 3 attempts"), result);
        Assert.Equal(3, _fixture.StoreA.Requests.Count);
    }

    [Theory]
    [InlineData(Stored.No)]
    [InlineData(Stored.Unknown)]
    public async Task SendAsync_Final_IsNotTriedAgain(Stored stored)
    {
        SendResult final = SendResult.Failed(SendStatus.Unknown, stored, "final");
        Script(_ => final);

        Assert.Equal(final, await _fixture.SendAsync(PipelineFixture.Request("orders")));
        Assert.Single(_fixture.StoreA.Requests);
    }

    [Theory]
    [InlineData(SendMethod.Async)]
    [InlineData(SendMethod.BatchSync)]
    public async Task SendAsync_UnknownWhereTheOriginalHasNoSecondAttempt_IsNotTriedAgain(SendMethod method)
    {
        Script(_ => Lost);

        SendResult result = await _fixture.SendAsync(PipelineFixture.Request("orders", method: method));

        Assert.Equal(Stored.Unknown, result.Stored);
        Assert.Single(_fixture.StoreA.Requests);
    }

    [Fact]
    public async Task SendAsync_UnknownThenCertainlyNot_IsUnknown()
    {
        Script(request => request.Attempt == 0 ? Lost : SendResult.Refused(SendStatus.RateLimited, "full"));

        SendResult result = await _fixture.SendAsync(PipelineFixture.Request("orders"));

        Assert.Equal(SendResult.Failed(SendStatus.Unknown, Stored.Unknown, "full; 2 attempts"), result);
    }

    [Fact]
    public async Task SendAsync_UnknownTwice_MakesOneSecondCopyAtMost()
    {
        Script(_ => Lost);

        SendResult result = await _fixture.SendAsync(PipelineFixture.Request("orders"));

        Assert.Equal(Stored.Unknown, result.Stored);
        Assert.Equal(2, _fixture.StoreA.Requests.Count);
    }

    [Fact]
    public async Task SendAsync_StrongOrder_IsTriedOnce()
    {
        Script(_ => Busy);

        Assert.Equal(Busy, await _fixture.SendAsync(PipelineFixture.Request("ordered")));
        Assert.Single(_fixture.StoreA.Requests);
    }

    [Fact]
    public async Task SendAsync_FailsAfterTheDeadline_IsNotTriedAgain()
    {
        Script(_ => null);
        Task<SendResult> sending = _fixture.SendAsync(PipelineFixture.Request("orders"));
        _fixture.Advance(200);
        Assert.Equal(SendStatus.Timeout, (await sending).Status);

        while (_fixture.StoreA.Waiting.Count > 0)
        {
            int before = _fixture.StoreA.Requests.Count;
            _fixture.StoreA.Complete(Busy);
            Assert.Equal(before, _fixture.StoreA.Requests.Count);
        }
    }

    [Fact]
    public async Task SendAsync_NoBrokerLeftToTry_PausesBeforeTheNextAttempt()
    {
        _fixture.StoreA.Script = request =>
        {
            request.LastBroker = "the only one";
            return request.Attempt == 2 ? SendResult.Ok() : Busy;
        };
        Task<SendResult> sending = _fixture.SendAsync(PipelineFixture.Request("orders"));

        Assert.Equal(2, _fixture.StoreA.Requests.Count);
        _fixture.Advance(1);
        Assert.Equal(2, _fixture.StoreA.Requests.Count);
        _fixture.Advance(4);

        Assert.True((await sending.WaitAsync(TimeSpan.FromSeconds(20))).IsOk);
        Assert.Equal(3, _fixture.StoreA.Requests.Count);
    }

    [Fact]
    public async Task SendAsync_PauseWouldEndBehindTheDeadline_IsNotTriedAgain()
    {
        _fixture.StoreA.Script = request =>
        {
            request.LastBroker = "the only one";
            return Busy;
        };

        SendResult result = await _fixture.SendAsync(PipelineFixture.Request("orders", method: SendMethod.Sync), timeoutMs: 1);

        Assert.Equal("busy; 2 attempts", result.Detail);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(7, 1)]
    [InlineData(-2, 3)]
    public async Task SendAsync_StoreWithoutBrokers_IsTriedAgainWhereAnotherPartitionMayBeChosen(int partitionId, int attempts)
    {
        using var fixture = new PipelineFixture();
        fixture.StoreA.IsWithoutElsewhere = request => request.PartitionId >= -1;
        fixture.StoreA.Script = _ => Busy;
        SendRequest request = PipelineFixture.Request("orders", method: SendMethod.Async);
        request.PartitionId = partitionId;
        Task<SendResult> sending = fixture.SendAsync(request);

        fixture.Advance(50);

        Assert.Equal(Stored.No, (await sending.WaitAsync(TimeSpan.FromSeconds(20))).Stored);
        Assert.Equal(attempts, fixture.StoreA.Requests.Count);
    }

    [Fact]
    public async Task SendAsync_BudgetUsedUp_AnswersTheFirstOutcomeAndSaysWhy()
    {
        Script(request => request.Attempt == 0 ? Busy : SendResult.Ok());
        SendResult[] results = await Task.WhenAll(
            Enumerable.Range(0, 300).Select(_ => _fixture.SendAsync(PipelineFixture.Request("orders", method: SendMethod.Async))));

        // 100 saved up, and a fifth of what is sent.
        int stored = results.Count(result => result.IsOk);
        Assert.InRange(stored, 150, 165);
        Assert.All(
            results.Where(result => !result.IsOk),
            result => Assert.Equal("busy; not tried again: the retry budget of cluster A is used up", result.Detail));
        RetryCounters counters = _fixture.Ledger("orders").Retries;
        Assert.Equal((stored, 300L - stored, stored), (counters.Retries(RetryReason.NotStored), counters.OverBudget, counters.StoredByRetry));
        Assert.Equal(0, counters.PossibleDuplicates);
    }

    [Fact]
    public async Task SendAsync_Lost_CountsAPossibleDuplicate()
    {
        Script(request => request.Attempt == 0 ? Lost : SendResult.Ok());

        Assert.True((await _fixture.SendAsync(PipelineFixture.Request("orders"))).IsOk);
        RetryCounters counters = _fixture.Ledger("orders").Retries;
        Assert.Equal((1L, 1L, 1L), (counters.Retries(RetryReason.Lost), counters.PossibleDuplicates, counters.StoredByRetry));
    }

    // Each attempt goes to another broker, as RocketMQ's do.
    private void Script(Func<SendRequest, SendResult?> script) => _fixture.StoreA.Script = request =>
    {
        request.LastBroker = $"broker {request.Attempt}";
        return script(request);
    };
}
