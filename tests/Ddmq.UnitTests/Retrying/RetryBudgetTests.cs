using Ddmq.Core.Retrying;
using Ddmq.TestKit.Time;
using Xunit;

namespace Ddmq.UnitTests.Retrying;

public sealed class RetryBudgetTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly RetryBudget _budget = new();

    [Fact]
    public void TryTake_NoTraffic_AllowsTheFloor()
    {
        Assert.Equal(RetryBudget.MaxSavedFloor, TakeAll(20));

        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(3 * RetryBudget.FloorPerSecond, TakeAll(20));

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(RetryBudget.MaxSavedFloor, TakeAll(20));
    }

    [Theory]
    [InlineData(20, 200)]
    [InlineData(5, 50)]
    [InlineData(100, 1000)]
    public void TryTake_Traffic_AllowsItsShare(int percent, int expected)
    {
        TakeAll(percent);
        Send(1000);

        Assert.Equal(expected, TakeAll(percent));
    }

    [Fact]
    public void TryTake_TrafficForLong_SavesUpToTheBound()
    {
        TakeAll(20);
        Send(1_000_000);

        Assert.Equal(RetryBudget.MaxSavedShare, TakeAll(20));
        Assert.Equal(1_000_000, _budget.Messages);
    }

    [Fact]
    public void GiveBack_ThenTryTake_Allows()
    {
        TakeAll(20);
        _budget.GiveBack();

        Assert.Equal(1, TakeAll(20));
    }

    [Theory]
    [InlineData(0, 0.0, 2)]
    [InlineData(0, 1.0, 4)]
    [InlineData(2, 1.0, 16)]
    [InlineData(50, 1.0, 100)]
    public void Pause_GrowsToABound(int pauses, double random, double expectedMs) =>
        Assert.Equal(expectedMs, Backoff.Pause(pauses, random).TotalMilliseconds, precision: 3);

    private void Send(int messages)
    {
        for (int i = 0; i < messages; i++)
        {
            _budget.CountMessage();
        }
    }

    private int TakeAll(int percent)
    {
        int taken = 0;
        while (_budget.TryTake(percent, _time))
        {
            taken++;
        }

        return taken;
    }
}
