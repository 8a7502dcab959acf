using Ddmq.Core.Messages;
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
        _fixture.StoreA.Script = request => request.Attempt == 0 ? Busy : SendResult.Ok(3, 4);

        SendResult result = await _fixture.SendAsync(PipelineFixture.Request("orders", method: method));

        Assert.Equal(SendResult.Ok(3, 4), result);
        Assert.Equal(2, _fixture.StoreA.Requests.Count);
    }

    [Fact]
    public async Task SendAsync_FailsLaterAndMaySucceedElsewhere_IsTriedAgainWithTheSameRequest()
    {
        _fixture.StoreA.Script = _ => null;
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
        _fixture.StoreA.Script = request => Busy with { Detail = $"busy {request.Attempt}" };

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
        _fixture.StoreA.Script = _ => final;

        Assert.Equal(final, await _fixture.SendAsync(PipelineFixture.Request("orders")));
        Assert.Single(_fixture.StoreA.Requests);
    }

    [Theory]
    [InlineData(SendMethod.Async)]
    [InlineData(SendMethod.BatchSync)]
    public async Task SendAsync_UnknownWhereTheOriginalHasNoSecondAttempt_IsNotTriedAgain(SendMethod method)
    {
        _fixture.StoreA.Script = _ => Lost;

        SendResult result = await _fixture.SendAsync(PipelineFixture.Request("orders", method: method));

        Assert.Equal(Stored.Unknown, result.Stored);
        Assert.Single(_fixture.StoreA.Requests);
    }

    [Fact]
    public async Task SendAsync_UnknownThenCertainlyNot_IsUnknown()
    {
        _fixture.StoreA.Script = request => request.Attempt == 0 ? Lost : SendResult.Refused(SendStatus.RateLimited, "full");

        SendResult result = await _fixture.SendAsync(PipelineFixture.Request("orders"));

        Assert.Equal(SendResult.Failed(SendStatus.Unknown, Stored.Unknown, "full; 2 attempts"), result);
    }

    [Fact]
    public async Task SendAsync_UnknownTwice_MakesOneSecondCopyAtMost()
    {
        _fixture.StoreA.Script = _ => Lost;

        SendResult result = await _fixture.SendAsync(PipelineFixture.Request("orders"));

        Assert.Equal(Stored.Unknown, result.Stored);
        Assert.Equal(2, _fixture.StoreA.Requests.Count);
    }

    [Fact]
    public async Task SendAsync_StrongOrder_IsTriedOnce()
    {
        _fixture.StoreA.Script = _ => Busy;

        Assert.Equal(Busy, await _fixture.SendAsync(PipelineFixture.Request("ordered")));
        Assert.Single(_fixture.StoreA.Requests);
    }

    [Fact]
    public async Task SendAsync_FailsAfterTheDeadline_IsNotTriedAgain()
    {
        _fixture.StoreA.Script = _ => null;
        Task<SendResult> sending = _fixture.SendAsync(PipelineFixture.Request("orders"));
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(SendStatus.Timeout, (await sending).Status);

        while (_fixture.StoreA.Waiting.Count > 0)
        {
            int before = _fixture.StoreA.Requests.Count;
            _fixture.StoreA.Complete(Busy);
            Assert.Equal(before, _fixture.StoreA.Requests.Count);
        }
    }
}
