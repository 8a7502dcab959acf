using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ddmq.UnitTests.Pipeline;

/// <summary>What a stage can do at the client's timeout: 50 ms here, with the end at 80 ms.</summary>
public sealed class TimeoutActionTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly DeadlineWheel _wheel;
    private readonly TaskCompletionSource<SendResult> _outcome = new();
    private readonly Action _action = new();
    private readonly SendRequest _request = new();

    public TimeoutActionTests()
    {
        _wheel = new DeadlineWheel(_time);
        long now = _time.GetTimestamp();
        _request.DeadlineTimestamp = now + (50 * _time.TimestampFrequency / 1000);
        _request.EndTimestamp = now + (80 * _time.TimestampFrequency / 1000);
        _request.AtTimeout = _action;
    }

    public void Dispose() => _wheel.Dispose();

    [Fact]
    public async Task OnTimeout_HasBegunSomething_TheRequestWaitsOn()
    {
        Task<SendResult> sending = Send();

        Advance(56);
        Assert.Equal(1, _action.Timeouts);
        Assert.False(sending.IsCompleted);
        Complete(SendResult.Ok(7, 8));

        Assert.Equal(SendResult.Ok(7, 8), await sending);
        Assert.False(_request.IsAbandoned);
        Assert.Equal(0, _wheel.Count);
    }

    [Fact]
    public async Task OnTimeout_HasBegunSomethingThatDoesNotEnd_TheLastWordIsGivenAtTheEnd()
    {
        Task<SendResult> sending = Send();

        Advance(79);
        Assert.False(sending.IsCompleted);
        Advance(7);

        Assert.Equal(_action.Word, await sending);
        Assert.True(_request.IsAbandoned);
        Assert.Equal(1, _action.Timeouts);
    }

    [Fact]
    public async Task OnTimeout_NothingToDo_TheLastWordIsGivenAtOnce()
    {
        _action.Begins = () => false;
        Task<SendResult> sending = Send();

        Advance(56);

        Assert.Equal(_action.Word, await sending);
        Assert.True(_request.IsAbandoned);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OnTimeout_OutcomeComesMeanwhile_IsTheAnswer(bool begins)
    {
        _action.Begins = () =>
        {
            Complete(SendResult.Ok(7, 8));
            return begins;
        };
        Task<SendResult> sending = Send();

        Advance(56);

        Assert.Equal(SendResult.Ok(7, 8), await sending);
        Assert.False(_request.IsAbandoned);
        Assert.Equal(0, _wheel.Count);
    }

    [Fact]
    public async Task OnTimeout_Throws_TheLastWordIsGiven()
    {
        _action.Begins = () => throw new InvalidOperationException("a bug");
        Task<SendResult> sending = Send();

        Advance(56);

        Assert.Equal(_action.Word, await sending);
    }

    [Fact]
    public async Task OnTimeout_RunsLongerThanTheEnd_TheLastWordIsStillGiven()
    {
        // Ticks go on while the action runs, as they do on the timer's other threads.
        _action.Begins = () =>
        {
            Advance(200);
            return true;
        };
        Task<SendResult> sending = Send();

        Advance(56);
        Advance(250);

        Assert.True(sending.IsCompleted);
        Assert.Equal(_action.Word, await sending);
        Assert.Equal(0, _wheel.Count);
    }

    private Task<SendResult> Send() =>
        new DeadlineStage(_wheel, NullLogger.Instance, _ => new ValueTask<SendResult>(_outcome.Task)).SendAsync(_request).AsTask();

    private void Advance(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    private void Complete(SendResult result) => Outcomes.Come(_outcome, result);

    private sealed class Action : ITimeoutAction
    {
        public Func<bool> Begins { get; set; } = () => true;

        public SendResult Word { get; } = SendResult.Failed(SendStatus.Timeout, Stored.Unknown, "the last word");

        public int Timeouts { get; private set; }

        public bool OnTimeout()
        {
            Timeouts++;
            return Begins();
        }

        public SendResult LastWord() => Word;
    }
}
