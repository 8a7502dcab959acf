using Ddmq.Storage.RocksDb.Committing;
using Ddmq.TestKit.Time;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocksDb;

public sealed class CommitPaceTests
{
    private const long MiB = 1024 * 1024;
    private readonly ManualTimeProvider _time = new();
    private readonly CommitPace _pace;

    public CommitPaceTests()
    {
        _pace = new CommitPace(_time);
    }

    [Fact]
    public void IsHopeless_NothingMeasured_TakesAll() => Assert.False(_pace.IsHopeless(100 * MiB, In(1)));

    [Theory]
    [InlineData(4, 50, false)] // 4 MiB take 20 ms
    [InlineData(4, 41, false)]
    [InlineData(4, 39, true)] // more than half of the time
    [InlineData(100, 900, true)]
    [InlineData(100, 1100, false)]
    public void IsHopeless_PaceKnown_GoesByTheTimeLeft(long queuedMiB, double leftMs, bool expected)
    {
        Commit(MiB, 5);

        Assert.Equal(expected, _pace.IsHopeless(queuedMiB * MiB, In(leftMs)));
    }

    [Fact]
    public void IsHopeless_ShortQueueOrNoDeadline_TakesAll()
    {
        Commit(MiB, 1000);

        Assert.False(_pace.IsHopeless((MiB / 2) - 1, In(1)));
        Assert.False(_pace.IsHopeless(100 * MiB, 0));
    }

    [Fact]
    public void Committed_SmallCommits_AreNotMeasured()
    {
        Commit(100_000, 1000);

        Assert.False(_pace.IsHopeless(100 * MiB, In(1)));
    }

    [Fact]
    public void Committed_DiskBecomesFaster_IsFollowed()
    {
        Commit(MiB, 100);
        for (int i = 0; i < 20; i++)
        {
            Commit(MiB, 1);
        }

        Assert.False(_pace.IsHopeless(10 * MiB, In(40)));
    }

    private void Commit(long bytes, double milliseconds)
    {
        long started = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        _pace.Committed(bytes, started);
    }

    private long In(double milliseconds) => _time.GetTimestamp() + (long)(milliseconds * _time.TimestampFrequency / 1000);
}
