using Ddmq.Cli.Bench;
using Xunit;

namespace Ddmq.UnitTests.Cli;

public sealed class LatencyHistogramTests
{
    private static readonly double[] Percentages = [0.001, 1, 10, 50, 90, 99, 99.9, 99.99, 100];

    [Fact]
    public void Percentile_OneValueOfAnySize_IsWithinHalfAPercent()
    {
        for (double value = 1; value < 1e12; value *= 1.037)
        {
            var histogram = new LatencyHistogram();
            histogram.Record((long)value);
            histogram.Record(long.MaxValue); // so that Max does not hide the bucket's own value

            double reported = histogram.Percentile(50);

            Assert.InRange(reported, (long)value * 0.996, (long)value * 1.004);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Percentile_SpreadValues_MatchesTheSortedListWithinOnePercent(int seed)
    {
        var random = new Random(seed);
        var histogram = new LatencyHistogram();
        long[] values = [.. Enumerable.Range(0, 20_000).Select(_ => (long)Math.Exp(random.NextDouble() * 25))];

        foreach (long value in values)
        {
            histogram.Record(value);
        }

        Array.Sort(values);
        foreach (double percent in Percentages)
        {
            long exact = values[(int)Math.Ceiling(values.Length * percent / 100) - 1];
            Assert.InRange(histogram.Percentile(percent), exact * 0.99, exact * 1.01);
        }

        Assert.Equal(values[^1], histogram.Max);
        Assert.Equal(values.Length, histogram.Count);
    }

    [Fact]
    public void Percentile_Hundred_IsNotOverTheLargestValue()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(1_000_001);

        Assert.Equal(1_000_001, histogram.Max);
        Assert.InRange(histogram.Percentile(100), 996_000, 1_000_001);
    }

    [Fact]
    public void Percentile_NothingRecorded_IsZero()
    {
        var histogram = new LatencyHistogram();

        Assert.Equal(0, histogram.Percentile(99));
        Assert.Equal(0, histogram.Max);
    }

    [Fact]
    public void Record_OutOfRange_CountsAtTheEnds()
    {
        var histogram = new LatencyHistogram();

        histogram.Record(-5);
        histogram.Record(long.MaxValue);

        Assert.Equal(2, histogram.Count);
        Assert.Equal(0, histogram.Percentile(50));
        Assert.Equal((1L << 40) - 1, histogram.Max);
    }

    [Fact]
    public void Add_TwoHalves_EqualsTheWhole()
    {
        LatencyHistogram[] parts = [new(), new()];
        var whole = new LatencyHistogram();
        for (int i = 0; i < 1000; i++)
        {
            parts[i % 2].Record(i * i);
            whole.Record(i * i);
        }

        parts[0].Add(parts[1]);

        Assert.Equal(whole.Count, parts[0].Count);
        Assert.Equal(whole.Max, parts[0].Max);
        Assert.All(Percentages, percent => Assert.Equal(whole.Percentile(percent), parts[0].Percentile(percent)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(100.1)]
    public void Percentile_NotAPercentage_Throws(double percent) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LatencyHistogram().Percentile(percent));
}
