using Ddmq.Core.Storage;
using Ddmq.TestKit.Time;
using Xunit;

namespace Ddmq.UnitTests.Storage;

public sealed class QueuePaceTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly QueuePace _pace;

    public QueuePaceTests()
    {
        _pace = new QueuePace(_time);
    }

    [Theory]
    [InlineData(false, 10, false)] // nothing was measured: still nothing is known
    [InlineData(true, 10, false)]
    [InlineData(true, 1000, true)] // it was slower than what is known
    public void AtLeast_IsBelievedWhenItIsFasterThanWhatWasMeasured(bool isMeasured, double milliseconds, bool isHopeless)
    {
        if (isMeasured)
        {
            _pace.Measured(100, Passed(100));
        }

        _pace.AtLeast(100, Passed(milliseconds));

        Assert.Equal(isHopeless, _pace.IsHopeless(100, 0, _time.GetTimestamp() + (100 * _time.TimestampFrequency / 1000)));
    }

    private long Passed(double milliseconds)
    {
        long started = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return started;
    }
}
