using Ddmq.Config.ZooKeeper.Watching;
using Xunit;

namespace Ddmq.UnitTests.Config.ZooKeeper;

public class BackoffTests
{
    [Fact]
    public void Next_AgainAndAgain_DoublesToItsLimitWithinTheUpperHalf()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), new Random(7));

        double[] waits = [.. Enumerable.Range(0, 6).Select(_ => backoff.Next().TotalMilliseconds)];

        Assert.All(waits.Zip([100, 200, 400, 800, 1000, 1000]), wait => Assert.InRange(wait.First, wait.Second / 2.0, wait.Second));
    }

    [Fact]
    public void Reset_AfterWaits_BeginsAnew()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), new Random(7));
        backoff.Next();
        backoff.Next();

        backoff.Reset();

        Assert.InRange(backoff.Next().TotalMilliseconds, 50, 100);
    }
}
