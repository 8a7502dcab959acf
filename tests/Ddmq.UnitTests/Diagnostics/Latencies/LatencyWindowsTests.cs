using Ddmq.Core.Diagnostics.Latencies;
using Ddmq.TestKit.Time;
using Xunit;

namespace Ddmq.UnitTests.Diagnostics.Latencies;

public sealed class LatencyWindowsTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly LatencyWindows _windows = new();
    private readonly WindowClock _clock;

    public LatencyWindowsTests() => _clock = new WindowClock(_time);

    [Fact]
    public void PercentileMs_ManyDurations_IsWithinTheBucketsErrorOfTheExactOne()
    {
        var random = new Random(7);
        List<long> exact = [];
        for (int i = 0; i < 20_000; i++)
        {
            // From some microseconds to some minutes, as many in each doubling.
            long microseconds = (long)Math.Pow(2, random.NextDouble() * 28);
            exact.Add(microseconds);
            _windows.Record(microseconds, _clock.Current);
        }

        exact.Sort();
        LatencySample sample = Recent();

        Assert.Equal(exact.Count, sample.Count);
        foreach (double percent in new[] { 0.01, 10, 50, 90, 99, 99.9, 100 })
        {
            long expected = exact[(int)Math.Ceiling(exact.Count * percent / 100) - 1];
            double actual = sample.PercentileMs(percent)!.Value * 1000;
            Assert.InRange(actual, (expected * (1 - (1 / 16.0))) - 1, (expected * (1 + (1 / 16.0))) + 1);
        }
    }

    [Fact]
    public void AddRecentTo_TwoWindowsLater_HasOnlyWhatCameSince()
    {
        _windows.Record(1_000, _clock.Current);
        _time.Advance(WindowClock.Length);
        _windows.Record(2_000, _clock.Current);

        Assert.Equal(2, Recent().Count);
        _time.Advance(WindowClock.Length);
        Assert.Equal(1, Recent().Count);
        _windows.Record(3_000, _clock.Current);
        Assert.Equal(2, Recent().Count);
        Assert.InRange(Recent().PercentileMs(100)!.Value, 2.8, 3.2);
        _time.Advance(10 * WindowClock.Length);
        Assert.Null(Recent().PercentileMs(50));
    }

    [Fact]
    public void AddAllTo_AfterManyWindows_HasEverything()
    {
        for (int i = 0; i < 7; i++)
        {
            _windows.Record(1_000, _clock.Current);
            _time.Advance(WindowClock.Length);
        }

        LatencyTotals all = All(_windows);

        Assert.Equal(7, all.Count);
        Assert.InRange(all.SumMicroseconds, 7_000 * 15 / 16.0, 7_000 * 17 / 16.0);
        int doubling = Enumerable.Range(0, LatencyBuckets.Doublings).Single(doubling => all.CountIn(doubling) > 0);
        Assert.Equal(1024, LatencyTotals.UpperBound(doubling));
    }

    [Fact]
    public void Absorb_AnotherOnes_AddsThemToTheTotalsAndNotToTheRecent()
    {
        var other = new LatencyWindows();
        other.Record(500, _clock.Current);
        _windows.Record(100, _clock.Current);

        _windows.Absorb(other);

        Assert.Equal(2, All(_windows).Count);
        Assert.Equal(1, Recent().Count);
    }

    [Fact]
    public async Task Record_ManyThreadsWhileWindowsChange_LosesNothing()
    {
        const int Threads = 4;
        const int Each = 50_000;
        long window = 0;

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                _windows.Record(i & 1023, i % 1000 == 0 ? Interlocked.Increment(ref window) : Volatile.Read(ref window));
            }
        })));

        Assert.Equal(Threads * Each, All(_windows).Count);
    }

    private static LatencyTotals All(LatencyWindows windows)
    {
        var totals = new LatencyTotals();
        windows.AddAllTo(totals);
        return totals;
    }

    private LatencySample Recent()
    {
        var sample = new LatencySample();
        _windows.AddRecentTo(sample, _clock.Current);
        return sample;
    }
}
