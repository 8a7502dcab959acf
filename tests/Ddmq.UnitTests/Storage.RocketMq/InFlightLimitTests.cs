using Ddmq.Storage.RocketMq.Brokers;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

public sealed class InFlightLimitTests
{
    private const long Second = 1000;
    private const long Quick = 1;

    [Fact]
    public void Current_FreshBroker_IsLow() => Assert.Equal(64, new InFlightLimit(1000, Second).Current);

    [Fact]
    public void Served_OthersWereWaiting_GrowsUpToTheMaximum()
    {
        var limit = new InFlightLimit(100, Second);

        for (int i = 0; i < 1000; i++)
        {
            limit.Served(Quick, wasFull: true);
        }

        Assert.Equal(100, limit.Current);
    }

    [Theory]
    [InlineData(Quick, false)]
    [InlineData(Second, true)]
    public void Served_NobodyWaitedOrAnswersAreSlow_StaysAsItIs(long elapsed, bool wasFull)
    {
        var limit = new InFlightLimit(1000, Second);

        limit.Served(elapsed, wasFull);
        limit.Served(elapsed, wasFull);
        limit.Served(elapsed, wasFull);
        limit.Served(elapsed, wasFull);

        Assert.Equal(64, limit.Current);
    }

    [Fact]
    public void Served_BrokerIsFarAway_GrowsUntilAnswersTakeMuchLongerThanTheirWay()
    {
        var limit = new InFlightLimit(1000, Second);
        for (int i = 0; i < 100; i++)
        {
            limit.Served(120, wasFull: true);
        }

        Assert.Equal(89, limit.Current);
        limit.Served(165, wasFull: true);
        Assert.Equal(89, limit.Current);
        limit.Served(171, wasFull: true);
        limit.Served(171, wasFull: true);
        limit.Served(171, wasFull: true);
        limit.Served(171, wasFull: true);
        Assert.Equal(89, limit.Current);
    }

    [Fact]
    public void Served_BrokerHasMovedAway_GrowsAgainWhenItsWayIsKnown()
    {
        var limit = new InFlightLimit(100, Second);
        limit.Served(Quick, wasFull: false);
        for (int i = 0; i < 1022; i++)
        {
            limit.Served(120, wasFull: true);
        }

        Assert.Equal(64, limit.Current);
        for (int i = 0; i < 2048; i++)
        {
            limit.Served(120, wasFull: true);
        }

        Assert.Equal(100, limit.Current);
    }

    [Fact]
    public void Refused_AWholeWindow_HalvesOnce()
    {
        var limit = new InFlightLimit(1000, Second);

        for (int i = 0; i < 64; i++)
        {
            limit.Refused(now: 1000 + i, elapsedTicks: 200);
        }

        Assert.Equal(32, limit.Current);
    }

    [Fact]
    public void Refused_SentAfterTheHalving_HalvesAgainButNotBelowTheMinimum()
    {
        var limit = new InFlightLimit(1000, Second);

        for (int i = 1; i <= 10; i++)
        {
            limit.Refused(now: i * 1000, elapsedTicks: 200);
        }

        Assert.Equal(InFlightLimit.Min, limit.Current);
    }

    [Fact]
    public void Served_AfterABusyAnswer_GrowsByOneForEachWindow()
    {
        var limit = new InFlightLimit(1000, Second);
        limit.Refused(1000, 200);

        for (int i = 0; i < 33; i++)
        {
            limit.Served(Quick, wasFull: true);
        }

        Assert.Equal(33, limit.Current);
    }
}
