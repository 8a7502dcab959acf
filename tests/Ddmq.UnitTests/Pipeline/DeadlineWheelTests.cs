using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ddmq.UnitTests.Pipeline;

/// <summary>When the wheel answers, and how often it has to look.</summary>
public sealed class DeadlineWheelTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly CountedTimers _counted;
    private readonly DeadlineWheel _wheel;

    public DeadlineWheelTests()
    {
        _counted = new CountedTimers(_time);
        _wheel = new DeadlineWheel(_counted);
    }

    public void Dispose() => _wheel.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(2_559)]
    [InlineData(2_560)]
    [InlineData(5_000)]
    [InlineData(60_000)]
    public void Add_NotAnswered_ExpiresAtItsDeadlineAndNotBefore(int timeoutMs)
    {
        Task<SendResult> sending = Send(timeoutMs, out _);

        Advance(timeoutMs - 1);
        Assert.False(sending.IsCompleted);
        Advance(7); // the tick, and the timer's whole milliseconds

        Assert.True(sending.IsCompleted);
        Assert.Equal(0, _wheel.Count);
    }

    [Fact]
    public void Add_AnEarlierDeadlineThanTheOneWaitedFor_ExpiresAtIts()
    {
        Task<SendResult> late = Send(1000, out _);
        Advance(20);
        Task<SendResult> early = Send(50, out _);

        Advance(57);
        Assert.True(early.IsCompleted);
        Assert.False(late.IsCompleted);

        Advance(930);
        Assert.True(late.IsCompleted);
    }

    [Fact]
    public void Add_AfterALongRest_ExpiresAtItsDeadline()
    {
        Send(50, out TaskCompletionSource<SendResult> outcome);
        Outcomes.Come(outcome, SendResult.Ok(0, 0));
        Advance(3_600_000);

        Task<SendResult> sending = Send(50, out _);
        Advance(49);
        Assert.False(sending.IsCompleted);
        Advance(7);

        Assert.True(sending.IsCompleted);
    }

    [Fact]
    public void Add_DeadlineHasPassed_ExpiresAtOnce()
    {
        Advance(10_000);
        Task<SendResult> sending = Send(-5_000, out _);

        Advance(2);

        Assert.True(sending.IsCompleted);
    }

    [Fact]
    public void Tick_AllAreAnsweredInTime_IsRareAndEnds()
    {
        for (int i = 0; i < 10_000; i++)
        {
            Send(1000, out TaskCompletionSource<SendResult> outcome);
            Outcomes.Come(outcome, SendResult.Ok(0, 0));
            Advance(1);
        }

        // Ten seconds of requests that could wait for one each.
        Assert.InRange(_counted.Fired, 1, 10);

        Advance(1010);
        int fired = _counted.Fired;
        Advance(100_000);
        Assert.Equal(fired, _counted.Fired);
    }

    private Task<SendResult> Send(int timeoutMs, out TaskCompletionSource<SendResult> outcome)
    {
        var request = new SendRequest { DeadlineTimestamp = _time.GetTimestamp() + (timeoutMs * _time.TimestampFrequency / 1000) };
        var stored = new TaskCompletionSource<SendResult>();
        outcome = stored;
        return new DeadlineStage(_wheel, NullLogger.Instance, _ => new ValueTask<SendResult>(stored.Task)).SendAsync(request).AsTask();
    }

    private void Advance(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
}
