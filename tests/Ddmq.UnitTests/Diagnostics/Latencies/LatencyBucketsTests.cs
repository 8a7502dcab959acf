using Ddmq.Core.Diagnostics.Latencies;
using Xunit;

namespace Ddmq.UnitTests.Diagnostics.Latencies;

public sealed class LatencyBucketsTests
{
    [Theory]
    [InlineData(-5)]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(1_000)]
    [InlineData(1_023)]
    [InlineData(1_024)]
    [InlineData(50_000)]
    [InlineData((1L << 30) - 1)]
    public void Of_Duration_IsTheOnlyBucketItFitsInAndItsMiddleIsNear(long microseconds)
    {
        int bucket = LatencyBuckets.Of(microseconds);

        long value = Math.Max(0, microseconds);
        Assert.True(value < LatencyBuckets.UpperBound(bucket));
        Assert.True(bucket == 0 || value >= LatencyBuckets.UpperBound(bucket - 1));
        Assert.InRange(LatencyBuckets.Middle(bucket), value * (1 - (1 / 16.0)), Math.Max(value, value * (1 + (1 / 16.0))));
    }

    [Fact]
    public void Of_LongerThanTheLastDoubling_IsTheLastBucket()
    {
        Assert.Equal(LatencyBuckets.Count - 1, LatencyBuckets.Of((1L << 31) - 1));
        Assert.Equal(LatencyBuckets.Count - 1, LatencyBuckets.Of(long.MaxValue));
    }

    [Fact]
    public void UpperBound_OfEveryBucket_Grows()
    {
        for (int bucket = 1; bucket < LatencyBuckets.Count; bucket++)
        {
            Assert.True(LatencyBuckets.UpperBound(bucket) > LatencyBuckets.UpperBound(bucket - 1));
        }
    }
}
