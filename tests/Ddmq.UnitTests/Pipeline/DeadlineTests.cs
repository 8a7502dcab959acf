using Ddmq.Core.Messages;
using Xunit;

namespace Ddmq.UnitTests.Pipeline;

/// <summary>Deadlines where nothing happens at them: strongOrder topics have no second attempt.</summary>
public sealed class DeadlineTests : IDisposable
{
    private readonly PipelineFixture _fixture = new();

    public DeadlineTests()
    {
        _fixture.StoreA.Script = _ => null;
    }

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task SendAsync_StoreSilent_AnswersTimeoutAtTheDeadlineAndNotBefore()
    {
        Task<SendResult> sending = _fixture.SendAsync(PipelineFixture.Request("ordered"), timeoutMs: 50);

        _fixture.Time.Advance(TimeSpan.FromMilliseconds(49));
        Assert.False(sending.IsCompleted);

        _fixture.Time.Advance(TimeSpan.FromMilliseconds(7));
        SendResult result = await sending;
        Assert.Equal((SendStatus.Timeout, Stored.Unknown), (result.Status, result.Stored));
        Assert.Contains("50 ms", result.Detail);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5_000)]
    [InlineData(600_000)]
    public async Task SendAsync_AnyTimeout_IsKept(long timeoutMs)
    {
        Task<SendResult> sending = _fixture.SendAsync(PipelineFixture.Request("ordered"), timeoutMs);

        for (long now = 0; now < timeoutMs - 100; now += 100)
        {
            _fixture.Time.Advance(TimeSpan.FromMilliseconds(100));
            Assert.False(sending.IsCompleted);
        }

        _fixture.Time.Advance(TimeSpan.FromMilliseconds(110));
        Assert.Equal(SendStatus.Timeout, (await sending.WaitAsync(TimeSpan.FromSeconds(30))).Status);
    }

    [Fact]
    public async Task SendAsync_StoreAnswersLate_IsCountedAndNotAnsweredAgain()
    {
        SendRequest request = PipelineFixture.Request("ordered");
        Task<SendResult> sending = _fixture.SendAsync(request);
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(60));
        Assert.Equal(SendStatus.Timeout, (await sending).Status);
        Assert.True(request.IsAbandoned);

        _fixture.StoreA.Complete(SendResult.Ok());

        Assert.Equal(1, _fixture.Ledger("ordered").LateStored);
        Assert.Equal(0, _fixture.Ledger("ordered").Answered(SendStatus.Ok));
        Assert.Equal(1, _fixture.Ledger("ordered").Answered(SendStatus.Timeout));
    }

    [Fact]
    public async Task SendAsync_RequestReused_KeepsNoDeadlineOfItsFormerLife()
    {
        SendRequest request = PipelineFixture.Request("ordered");
        Task<SendResult> first = _fixture.SendAsync(request, timeoutMs: 50);
        _fixture.StoreA.Complete(SendResult.Ok(1, 2));
        Assert.Equal((1, 2L), ((await first).Partition, (await first).Offset));

        request.Reset();
        request.TopicName = "ordered"u8.ToArray();
        request.Body = "again"u8.ToArray();
        Task<SendResult> second = _fixture.SendAsync(request, timeoutMs: 500);
        _fixture.Time.Advance(TimeSpan.FromMilliseconds(400));
        Assert.False(second.IsCompleted);

        _fixture.StoreA.Complete(SendResult.Ok());
        Assert.True((await second).IsOk);
        Assert.False(request.IsAbandoned);
    }

    [Fact]
    public async Task SendAsync_ManyAtOnce_EachIsAnsweredOnceWhoeverWins()
    {
        const int Count = 20_000;
        var random = new Random(20260105);
        using var fixture = new PipelineFixture();
        var stores = new List<TaskCompletionSource<SendResult>>();
        fixture.StoreA.Script = _ => null;
        Task<SendResult>[] sending =
            [.. Enumerable.Range(0, Count).Select(_ => fixture.SendAsync(PipelineFixture.Request("ordered"), random.Next(1, 200)))];
        stores.AddRange(fixture.StoreA.Waiting);
        var order = stores.OrderBy(_ => random.Next()).ToArray();

        // The stores answer on one thread while the clock runs on another.
        Task answering = Task.Run(() => Array.ForEach(order, store => store.SetResult(SendResult.Ok())));
        for (int i = 0; i < 60; i++)
        {
            fixture.Time.Advance(TimeSpan.FromMilliseconds(5));
        }

        await answering;
        SendResult[] results = await Task.WhenAll(sending).WaitAsync(TimeSpan.FromSeconds(30));

        int timeouts = results.Count(result => result.Status == SendStatus.Timeout);
        Assert.Equal(Count, timeouts + results.Count(result => result.IsOk));
        Assert.Equal(timeouts, fixture.Ledger("ordered").LateStored);
        Assert.Equal(0, fixture.Ledger("ordered").InFlight);
    }
}
