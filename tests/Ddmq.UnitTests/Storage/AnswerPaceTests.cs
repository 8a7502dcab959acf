using Ddmq.Core.Storage;
using Ddmq.TestKit.Time;
using Xunit;

namespace Ddmq.UnitTests.Storage;

public sealed class AnswerPaceTests
{
    private const int UnderWay = 32;
    private readonly ManualTimeProvider _time = new();
    private readonly AnswerPace _pace;

    public AnswerPaceTests()
    {
        _pace = new AnswerPace(_time);
    }

    [Fact]
    public void IsHopeless_NothingMeasured_LetsAllWait() => Assert.False(_pace.IsHopeless(10_000, UnderWay, In(1)));

    [Theory]
    [InlineData(32, 96, false)] // 32 wait for 32 ms, the answer takes 32 ms more
    [InlineData(32, 94, true)] // more than half of what is left for waiting
    [InlineData(1000, 2040, false)]
    [InlineData(1000, 2000, true)]
    [InlineData(4, 20, true)] // not even the answer would come in time
    public void IsHopeless_PaceKnown_GoesByTheTimeLeft(int waiting, double leftMs, bool expected)
    {
        Rounds(2, UnderWay, 32);

        Assert.Equal(expected, _pace.IsHopeless(waiting, UnderWay, In(leftMs)));
    }

    [Fact]
    public void IsHopeless_FewWaitOrThereIsNoDeadline_LetsWait()
    {
        Rounds(2, UnderWay, 32);

        Assert.False(_pace.IsHopeless((UnderWay / 8) - 1, UnderWay, In(1)));
        Assert.False(_pace.IsHopeless(0, 0, In(1)));
        Assert.False(_pace.IsHopeless(10_000, UnderWay, long.MaxValue));
    }

    [Fact]
    public void Answered_AnswersComeInPieces_MeasuresWholeRounds()
    {
        Rounds(1, 8, 0);
        for (int round = 0; round < 3; round++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(32));
            _pace.Answered(20, UnderWay);
            _pace.Answered(12, UnderWay);
        }

        Assert.False(_pace.IsHopeless(32, UnderWay, In(120)));
        Assert.True(_pace.IsHopeless(32, UnderWay, In(60)));
    }

    [Fact]
    public void Answered_NobodyWaitedMeanwhile_IsNotMeasured()
    {
        for (int i = 0; i < 100; i++)
        {
            Rounds(1, UnderWay, 1000);
            _pace.RanDry();
        }

        Assert.False(_pace.IsHopeless(10_000, UnderWay, In(1)));
    }

    [Fact]
    public void Answered_TheBrokerBecomesFaster_IsFollowed()
    {
        Rounds(2, UnderWay, 3200);
        Rounds(30, UnderWay, 32);

        Assert.False(_pace.IsHopeless(32, UnderWay, In(120)));
    }

    [Fact]
    public void IsHopeless_MeasuredLongAgo_LetsAllWait()
    {
        Rounds(2, UnderWay, 3200);
        Assert.True(_pace.IsHopeless(100, UnderWay, In(100)));

        _time.Advance(TimeSpan.FromSeconds(11));

        Assert.False(_pace.IsHopeless(100, UnderWay, In(100)));
    }

    // The first answers begin the first measurement.
    private void Rounds(int rounds, int answers, double milliseconds)
    {
        for (int i = 0; i < rounds; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
            _pace.Answered(answers, UnderWay);
        }
    }

    private long In(double milliseconds) => _time.GetTimestamp() + (long)(milliseconds * _time.TimestampFrequency / 1000);
}
