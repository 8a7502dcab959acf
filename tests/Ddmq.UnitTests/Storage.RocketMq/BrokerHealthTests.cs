using Ddmq.Storage.RocketMq.Brokers;
using Ddmq.TestKit.Time;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

public sealed class BrokerHealthTests
{
    private readonly ManualTimeProvider _time = new();

    private long Millisecond => _time.TimestampFrequency / 1000;

    [Fact]
    public void MustAvoid_Fresh_IsFalse() => Assert.False(new BrokerHealth(_time).MustAvoid());

    [Fact]
    public void Failed_ThreeInARow_IsGrey()
    {
        var health = new BrokerHealth(_time);

        health.Failed(isCertain: false);
        health.Failed(isCertain: false);
        Assert.False(health.IsGrey);
        health.Failed(isCertain: false);

        Assert.True(health.IsGrey);
        Assert.True(health.MustAvoid());
    }

    [Fact]
    public void Failed_WithServedInBetween_StaysGood()
    {
        var health = new BrokerHealth(_time);

        for (int i = 0; i < 10; i++)
        {
            health.Failed(isCertain: false);
            health.Failed(isCertain: false);
            health.Served(Millisecond);
        }

        Assert.False(health.IsGrey);
    }

    [Fact]
    public void MustAvoid_PauseOver_LetsOneProbeThroughForEachPause()
    {
        var health = new BrokerHealth(_time);
        health.Failed(isCertain: true);
        _time.Advance(TimeSpan.FromMilliseconds(199));
        Assert.True(health.MustAvoid());

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(health.MustAvoid());
        Assert.True(health.MustAvoid());
        _time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.False(health.MustAvoid());
    }

    [Fact]
    public void Served_QuickProbe_IsGoodAgain()
    {
        var health = new BrokerHealth(_time);
        health.Failed(isCertain: true);

        health.Served(Millisecond);

        Assert.False(health.IsGrey);
        Assert.False(health.MustAvoid());
    }

    [Fact]
    public void Failed_Probe_DoublesThePause()
    {
        var health = new BrokerHealth(_time);
        health.Failed(isCertain: true);
        _time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.False(health.MustAvoid());

        health.Failed(isCertain: false);

        _time.Advance(TimeSpan.FromMilliseconds(399));
        Assert.True(health.MustAvoid());
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(health.MustAvoid());
    }

    [Theory]
    [InlineData(100, 10, true)]
    [InlineData(100, 30, false)]
    [InlineData(15, 1, false)]
    [InlineData(100, 0, false)]
    public void Compare_MuchSlowerThanTheBest_IsGrey(int latencyMs, int bestMs, bool isGrey)
    {
        var health = new BrokerHealth(_time);
        health.Served(latencyMs * Millisecond);

        health.Compare(bestMs * Millisecond);

        Assert.Equal(isGrey, health.IsGrey);
    }

    [Fact]
    public void Compare_NothingMeasuredSince_ForgetsTheLatency()
    {
        var health = new BrokerHealth(_time);
        health.Served(100 * Millisecond);
        health.Compare(100 * Millisecond);
        TimeSpan before = health.Latency;

        health.Compare(Millisecond);

        Assert.InRange(health.Latency, TimeSpan.FromMilliseconds(1), before - TimeSpan.FromMilliseconds(10));
        Assert.False(health.IsGrey);
    }
}
