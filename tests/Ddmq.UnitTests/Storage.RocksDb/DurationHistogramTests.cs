using Ddmq.Storage.RocksDb.Metrics;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocksDb;

public sealed class DurationHistogramTests
{
    private readonly DurationHistogram _histogram = new();

    [Fact]
    public void Record_AnyDuration_FallsIntoTheBucketAroundIt()
    {
        long[] all = [0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 100, 1000, 1023, 1024, 123_456, 60_000_000];
        foreach (long microseconds in all)
        {
            var histogram = new DurationHistogram();

            histogram.Record(TimeSpan.FromMicroseconds(microseconds));

            int bucket = Assert.Single(Enumerable.Range(0, histogram.BucketCount), i => histogram.CountIn(i) == 1);
            double lower = bucket == 0 ? 0 : histogram.UpperBoundSeconds(bucket - 1);
            Assert.InRange(microseconds / 1e6, lower, histogram.UpperBoundSeconds(bucket) - 1e-9);
            Assert.True(histogram.UpperBoundSeconds(bucket) <= Math.Max(1, microseconds) * 1.126e-6 + 1e-6, $"{microseconds}");
        }
    }

    [Fact]
    public void UpperBounds_AreStrictlyGrowing() =>
        Assert.All(
            Enumerable.Range(1, _histogram.BucketCount - 1),
            i => Assert.True(_histogram.UpperBoundSeconds(i) > _histogram.UpperBoundSeconds(i - 1)));

    [Fact]
    public void Record_TooLongOrNegative_CountsInTheOutermostBuckets()
    {
        _histogram.Record(TimeSpan.FromDays(1));
        _histogram.Record(TimeSpan.FromSeconds(-1));

        Assert.Equal(1, _histogram.CountIn(_histogram.BucketCount - 1));
        Assert.Equal(1, _histogram.CountIn(0));
    }

    [Fact]
    public void PercentileSeconds_HundredDifferent_IsRightToABucket()
    {
        Assert.Equal(0, _histogram.PercentileSeconds(0.5));
        for (int i = 1; i <= 100; i++)
        {
            _histogram.Record(TimeSpan.FromMilliseconds(i));
        }

        Assert.InRange(_histogram.PercentileSeconds(0.5), 0.050, 0.0563);
        Assert.InRange(_histogram.PercentileSeconds(0.99), 0.099, 0.1115);
        Assert.Equal(100, _histogram.Count);
        Assert.Equal(5.05, _histogram.SumSeconds, 6);
    }
}
