using Ddmq.Core.Pipeline;
using Ddmq.TestKit.Time;
using Xunit;

namespace Ddmq.UnitTests.Pipeline;

/// <summary>When the timer comes for those who are due, and how often.</summary>
public sealed class DueTimerTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<double> _cameMs = [];
    private readonly long _start;
    private DueTimer _timer;

    public DueTimerTests()
    {
        _start = _time.GetTimestamp();
        _timer = Create(leastPauseMs: 0);
    }

    public void Dispose() => _timer.Dispose();

    [Fact]
    public void At_SeveralTimes_ComesAtTheEarliestOnce()
    {
        _timer.At(Ms(50));
        _timer.At(Ms(20));
        _timer.At(Ms(30));

        Advance(1000);

        Assert.Equal([20], _cameMs);
        Assert.Equal(DueTimer.Never, _timer.Next);
    }

    [Fact]
    public void At_FromWhoIsCalled_ComesForTheNext()
    {
        _timer.Dispose();
        _timer = Create(leastPauseMs: 0, () => _timer.At(_cameMs.Count < 3 ? Ms(20 * (_cameMs.Count + 1)) : DueTimer.Never));
        _timer.At(Ms(20));

        Advance(1000);

        Assert.Equal([20, 40, 60], _cameMs);
    }

    [Fact]
    public void At_TimeHasPassed_ComesAtOnce()
    {
        Advance(100);
        _timer.At(Ms(40));

        Advance(1);

        Assert.Equal([101], _cameMs);
    }

    [Fact]
    public void At_PartOfAMillisecond_IsNotEarly()
    {
        _timer.At(Ms(20) + 1);

        Advance(20);
        Assert.Empty(_cameMs);
        Advance(1);

        Assert.Equal([21], _cameMs);
    }

    [Fact]
    public void At_SoonerThanTheLeastPause_ComesAfterIt()
    {
        _timer.Dispose();
        _timer = Create(leastPauseMs: 10);
        _timer.At(Ms(5));
        Advance(5);
        _timer.At(Ms(6));
        _timer.At(Ms(7));

        Advance(1000);

        Assert.Equal([5, 15], _cameMs);
    }

    [Fact]
    public void Dispose_SomebodyIsDueAndAnotherComes_NothingHappens()
    {
        _timer.At(Ms(20));
        _timer.Dispose();
        _timer.At(Ms(10));

        Advance(1000);

        Assert.Empty(_cameMs);
    }

    private DueTimer Create(int leastPauseMs, Action? then = null) => new(_time, TimeSpan.FromMilliseconds(leastPauseMs), () =>
    {
        _cameMs.Add(Math.Round(_time.GetElapsedTime(_start).TotalMilliseconds, 1));
        then?.Invoke();
    });

    private long Ms(int milliseconds) => _start + (milliseconds * _time.TimestampFrequency / 1000);

    private void Advance(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
}
