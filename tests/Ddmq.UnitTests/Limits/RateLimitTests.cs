using Ddmq.Core.Limits;
using Ddmq.Core.Messages;
using Xunit;

namespace Ddmq.UnitTests.Limits;

/// <summary>Messages and bytes per second, per topic and over all, while the settings change.</summary>
public sealed class RateLimitTests : IDisposable
{
    private readonly LimitFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(0.9, 2)]
    [InlineData(0.5, 2)]
    [InlineData(1, 1)]
    public void Messages_NewLimit_AdmitsOneOfEachPartAndThenTheRate(double ratio, int atOnce)
    {
        _fixture.Node(node => node with { WarningRatio = ratio });
        _fixture.Topic("t", maxTps: 1000);

        Assert.Equal(atOnce, _fixture.CountAdmitted("t"));
        _fixture.Advance(100);
        Assert.InRange(_fixture.CountAdmitted("t"), 98, 102);
    }

    [Fact]
    public void Messages_AfterAnIdleTime_HaveOneSecondsWorthAndNotMore()
    {
        _fixture.Topic("t", maxTps: 1000);
        _fixture.Advance(60_000);

        Assert.InRange(_fixture.CountAdmitted("t"), 1000, 1002);
    }

    [Fact]
    public void Messages_LastShareOfTheLimit_IsAdmittedWithAWarning()
    {
        _fixture.Topic("t", maxTps: 1000);
        _fixture.Advance(1000);

        _fixture.CountAdmitted("t", 901);
        Assert.Equal(0, _fixture.LimitsOf("t").Messages.Warned);
        _fixture.CountAdmitted("t");

        Assert.InRange(_fixture.LimitsOf("t").Messages.Warned, 100, 101);
        Assert.Contains(_fixture.Log.Lines, line => line.Text.StartsWith("Limits of topic t:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Messages_OverTheTopicsLimit_SayWhichLimitAndWhen()
    {
        _fixture.Topic("t", maxTps: 10);
        _fixture.CountAdmitted("t", 10);

        SendResult result = await _fixture.SendAsync("t");

        Assert.Equal((SendStatus.RateLimited, Stored.No), (result.Status, result.Stored));
        Assert.Equal("limit of topic t: 10 messages per second, try again in 112 ms", result.Detail);
        _fixture.Advance(112);
        Assert.True(_fixture.IsAdmitted("t"));
    }

    [Fact]
    public async Task Messages_OverTheLimitForLong_GetTheSameTextsAgain()
    {
        _fixture.Topic("t", maxTps: 200); // a message every 5 ms: each time the wait counts down
        var texts = new List<string>();
        for (int i = 0; i < 1000; i++)
        {
            SendResult result = await _fixture.SendAsync("t");
            if (!result.IsOk)
            {
                texts.Add(result.Detail!);
            }

            _fixture.Advance(0.5);
        }

        Assert.InRange(texts.Distinct().Count(), 5, 16);
        Assert.Equal(texts.Distinct().Count(), texts.Distinct(ReferenceEqualityComparer.Instance).Count());
    }

    [Fact]
    public async Task Messages_LimitOfZero_AreRefusedForEver()
    {
        _fixture.Topic("t", maxTps: 0);
        _fixture.Advance(10_000);

        Assert.Equal("limit of topic t: 0 messages per second", (await _fixture.SendAsync("t")).Detail);
    }

    [Fact]
    public async Task Messages_OverTheProxysLimit_CostTheirTopicNothing()
    {
        _fixture.Node(node => node with { MaxTps = 10, MaxBytesPerSecond = 1_000_000 });
        _fixture.Topic("t", maxTps: 100, maxBytesPerSecond: 100);
        _fixture.Advance(1000);
        Assert.InRange(_fixture.CountAdmitted("t"), 10, 12);
        Assert.Equal("limit of this proxy: 10 messages per second, try again in 112 ms", (await _fixture.SendAsync("t")).Detail);

        _fixture.Node(node => node with { MaxTps = 1_000_000 });
        _fixture.Advance(1);

        // Five thousand were refused in between: had they cost the topic anything, nothing would be left.
        Assert.InRange(_fixture.CountAdmitted("t"), 88, 92);
    }

    [Fact]
    public async Task Bytes_OverTheTopicsLimit_CostNoMessages()
    {
        _fixture.Node(node => node with { WarningRatio = 1 });
        _fixture.Topic("t", maxTps: 100, maxBytesPerSecond: 1000);
        _fixture.Advance(1000);
        Assert.True(_fixture.IsAdmitted("t", bytes: 1000));
        Assert.True(_fixture.IsAdmitted("t", bytes: 100));

        Assert.Equal(0, _fixture.CountAdmitted("t", 200));
        Assert.Equal("limit of topic t: 1000 bytes per second, try again in 101 ms", (await _fixture.SendAsync("t", bytes: 100)).Detail);
        _fixture.Topic("t", maxTps: 100);

        Assert.InRange(_fixture.CountAdmitted("t"), 98, 99);
    }

    [Fact]
    public void Bytes_BodyLargerThanASecondsWorth_IsAdmittedAndPaidForAfterwards()
    {
        _fixture.Node(node => node with { WarningRatio = 1 });
        _fixture.Topic("t", maxTps: 1000, maxBytesPerSecond: 1000);

        Assert.True(_fixture.IsAdmitted("t", bytes: 5000));
        Assert.False(_fixture.IsAdmitted("t", bytes: 1));
        _fixture.Advance(4_990);
        Assert.False(_fixture.IsAdmitted("t", bytes: 1));
        _fixture.Advance(20);
        Assert.True(_fixture.IsAdmitted("t", bytes: 5000));
    }

    [Fact]
    public void Bytes_OfAllTopics_CountAgainstTheProxysLimit()
    {
        _fixture.Node(node => node with { WarningRatio = 1, MaxBytesPerSecond = 1000 });
        _fixture.Topic("a", maxTps: 1000);
        _fixture.Topic("b", maxTps: 1000);

        Assert.True(_fixture.IsAdmitted("a", bytes: 500));
        Assert.False(_fixture.IsAdmitted("b", bytes: 1));
        _fixture.Advance(501);
        Assert.True(_fixture.IsAdmitted("b", bytes: 1));
    }

    [Fact]
    public void Rate_Raised_KeepsWhatHasGathered()
    {
        _fixture.Topic("t", maxTps: 100);
        _fixture.Advance(500);

        _fixture.Topic("t", maxTps: 1000);

        Assert.InRange(_fixture.CountAdmitted("t"), 500, 504); // half of the most there can be, as before
        _fixture.Advance(100);
        Assert.InRange(_fixture.CountAdmitted("t"), 98, 102);
    }

    [Fact]
    public void Rate_Lowered_KeepsWhatHasGathered()
    {
        _fixture.Topic("t", maxTps: 1000);
        _fixture.CountAdmitted("t");

        _fixture.Topic("t", maxTps: 10);

        Assert.Equal(0, _fixture.CountAdmitted("t")); // as a new limit it would admit two
        _fixture.Advance(1000);
        Assert.InRange(_fixture.CountAdmitted("t"), 9, 12);
    }

    [Fact]
    public void Rate_RaisedWhileMuchIsOwed_IsPaidSooner()
    {
        _fixture.Node(node => node with { WarningRatio = 1 });
        _fixture.Topic("t", maxTps: 1000, maxBytesPerSecond: 100);
        Assert.True(_fixture.IsAdmitted("t", bytes: 10_000));

        _fixture.Topic("t", maxTps: 1000, maxBytesPerSecond: 10_000);

        _fixture.Advance(990);
        Assert.False(_fixture.IsAdmitted("t", bytes: 1));
        _fixture.Advance(20);
        Assert.True(_fixture.IsAdmitted("t", bytes: 1));
    }

    [Fact]
    public void Limiter_OffAndOnAgain_RemembersItsState()
    {
        _fixture.Topic("t", maxTps: 100);
        _fixture.CountAdmitted("t");

        _fixture.Node(node => node with { IsOn = false });
        Assert.Equal(5_000, _fixture.CountAdmitted("t"));
        _fixture.Node(node => node with { IsOn = true });

        Assert.Equal(0, _fixture.CountAdmitted("t"));
        _fixture.Advance(100);
        Assert.InRange(_fixture.CountAdmitted("t"), 9, 12);
    }

    [Fact]
    public void WarningRatio_ChangedAlone_IsInForceForTopicsAndTheProxy()
    {
        _fixture.Node(node => node with { MaxTps = 1000 });
        _fixture.Topic("t", maxTps: 1000);
        _fixture.Advance(1000);
        _fixture.Node(node => node with { WarningRatio = 0.1 });

        _fixture.CountAdmitted("t", 500);

        Assert.InRange(_fixture.LimitsOf("t").Messages.Warned, 398, 400);
        Assert.InRange(_fixture.Catalog.Limits.Messages.Warned, 398, 400);
    }

    [Fact]
    public void Topic_RemovedAndBack_RemembersItsState()
    {
        _fixture.Topic("t", maxTps: 100);
        _fixture.CountAdmitted("t");
        long refused = _fixture.LimitsOf("t").Messages.Refused;

        _fixture.RemoveTopic("t");
        _fixture.Topic("t", maxTps: 100);

        Assert.Equal(0, _fixture.CountAdmitted("t"));
        Assert.Equal(refused + 5_000, _fixture.LimitsOf("t").Messages.Refused);
    }

    [Fact]
    public void Topic_RemovedForLong_IsForgotten()
    {
        _fixture.Topic("t", maxTps: 100);
        _fixture.RemoveTopic("t");
        _fixture.Advance(601_000);

        Assert.Empty(_fixture.Catalog.TopicLimits);
    }

    [Fact]
    public void Warnings_OfManyRefusals_AreOneLineASecondThatSaysHowMany()
    {
        _fixture.Topic("t", maxTps: 100);
        for (int i = 0; i < 3; i++)
        {
            _fixture.CountAdmitted("t", 1000);
            _fixture.Advance(1001);
        }

        string[] lines = [.. _fixture.Log.Lines.Select(line => line.Text)];
        Assert.Equal(3, lines.Length);
        Assert.Contains("0 messages refused, 1 admitted with a warning", lines[0]); // the first message over the normal part
        Assert.Contains("998 messages refused", lines[1]);
    }

    [Theory]
    [InlineData(1, 1000)]
    [InlineData(10_000, 50)]
    public void Admitted_UnderTwiceTheLoadFor10Seconds_IsWithinOnePercentOfTheLimit(int topics, int maxTps)
    {
        long now = LimitClock.Now(_fixture.Time);
        AdmissionLimits[] limits = [.. Enumerable.Range(0, topics).Select(i => new AdmissionLimits($"t{i}", _fixture.Time, 1))];
        foreach (AdmissionLimits each in limits)
        {
            each.Set(maxTps, 0, 0.9);
        }

        // Each topic is tried twice as often as it may be, at times of its own.
        long periodNs = 500_000_000 / maxTps;
        long[] admitted = new long[topics];
        for (int i = 0; i < topics; i++)
        {
            for (long at = i * periodNs / topics; at < 10_000_000_000; at += periodNs)
            {
                admitted[i] += limits[i].TryTake(new Charge(1, 1), now + at, out _) is null ? 1 : 0;
            }
        }

        Assert.All(admitted, count => Assert.InRange(count, 9.9 * maxTps, 10.1 * maxTps));
    }

    [Fact]
    public async Task TryTake_FromManyThreads_GivesTheRateAndNotMore()
    {
        var limits = new AdmissionLimits("t", TimeProvider.System, 1);
        limits.Set(100_000, 0, 0.9);
        long begun = LimitClock.Now(TimeProvider.System);
        long end = begun + 300_000_000;
        long[] admitted = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            long count = 0;
            for (long now = begun; now < end; now = LimitClock.Now(TimeProvider.System))
            {
                count += limits.TryTake(new Charge(1, 1), now, out Taken _) is null ? 1 : 0;
            }

            return count;
        })));

        // Never more than the time since the limit was set allows, however the threads were scheduled.
        Assert.InRange(admitted.Sum(), 1, 0.31 * 100_000);
    }
}
