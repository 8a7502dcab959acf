using Ddmq.Core.Pipeline;
using Ddmq.TestKit.Time;
using Xunit;

namespace Ddmq.UnitTests.Pipeline;

public sealed class WallClockTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(999)]
    [InlineData(1_000)]
    [InlineData(86_400_000)]
    public void UnixMs_AfterAWhile_IsTheSystems(int milliseconds)
    {
        var time = new ManualTimeProvider();
        var clock = new WallClock(time);
        clock.UnixMs(time.GetTimestamp());

        time.Advance(TimeSpan.FromMilliseconds(milliseconds));

        Assert.Equal(time.GetUtcNow().ToUnixTimeMilliseconds(), clock.UnixMs(time.GetTimestamp()));
    }

    [Fact]
    public void UnixMs_ClockThatWasSet_IsFollowedWithinASecond()
    {
        var time = new SetTime();
        var clock = new WallClock(time);
        clock.UnixMs(0);
        time.Unix = DateTimeOffset.UnixEpoch.AddDays(1);

        Assert.Equal(100, clock.UnixMs(time.GetTimestamp() + 100));
        time.Timestamp = 1000;
        Assert.Equal(TimeSpan.FromDays(1).TotalMilliseconds, clock.UnixMs(1000));
    }

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Unix { get; set; } = DateTimeOffset.UnixEpoch;

        public long Timestamp { get; set; }

        public override long TimestampFrequency => 1000;

        public override DateTimeOffset GetUtcNow() => Unix;

        public override long GetTimestamp() => Timestamp;
    }
}
