using Ddmq.Core.Diagnostics;
using Ddmq.Core.Limits;
using Ddmq.Core.Messages;

namespace Ddmq.Proxy.Admin.Top;

/// <summary>A topic, or all of them, as <c>/api/top</c> has it. Rates are per second of the interval.</summary>
internal sealed record TopicRow
{
    // The console writes the largest number there is (2,147,483,647) where there is to be no limit.
    private const double MostLimited = int.MaxValue;

    /// <summary>The topic.</summary>
    public required string Topic { get; init; }

    /// <summary>Messages received.</summary>
    public double ReceivedPerSecond { get; init; }

    /// <summary>Bytes of their bodies.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>Messages stored by a cluster.</summary>
    public double StoredPerSecond { get; init; }

    /// <summary>Messages put in the spool.</summary>
    public double SpooledPerSecond { get; init; }

    /// <summary>Messages refused.</summary>
    public double RefusedPerSecond { get; init; }

    /// <summary>Messages given up on.</summary>
    public double FailedPerSecond { get; init; }

    /// <summary>Messages answered with another code than 0, by its name.</summary>
    public required IReadOnlyDictionary<string, double> ErrorsPerSecond { get; init; }

    /// <summary>Messages not answered yet.</summary>
    public long InFlight { get; init; }

    /// <summary>Messages put in the spool since the start.</summary>
    public long Spooled { get; init; }

    /// <summary>Messages per second that the limit allows; null without one.</summary>
    public double? LimitPerSecond { get; private set; }

    /// <summary>Bytes per second that the limit allows; null without one.</summary>
    public double? BytesLimitPerSecond { get; private set; }

    /// <summary>What is received divided by the limit, the tighter one of two; above 1 means that some is refused. Null without a limit.</summary>
    public double? LimitUse { get; private set; }

    /// <summary>Time from received to answered.</summary>
    public LatencyRow Latency { get; set; } = new(null, null, null);

    /// <summary>What happened between two readings.</summary>
    public static TopicRow Between(string topic, TopicCounts before, TopicCounts after, double seconds) => new()
    {
        Topic = topic,
        ReceivedPerSecond = (after.Outcomes.Received - before.Outcomes.Received) / seconds,
        BytesPerSecond = (after.Bytes - before.Bytes) / seconds,
        StoredPerSecond = Rate(MessageOutcome.Stored, before, after, seconds),
        SpooledPerSecond = Rate(MessageOutcome.Spooled, before, after, seconds),
        RefusedPerSecond = Rate(MessageOutcome.Refused, before, after, seconds),
        FailedPerSecond = Rate(MessageOutcome.Failed, before, after, seconds),
        ErrorsPerSecond = SendStatuses.All
            .Where(status => status != SendStatus.Ok && after.Answered[(int)status] > before.Answered[(int)status])
            .ToDictionary(SendStatuses.Name, status => (after.Answered[(int)status] - before.Answered[(int)status]) / seconds),
        InFlight = after.Outcomes.InFlight,
        Spooled = after.Outcomes.Spooled,
    };

    /// <summary>Compares with the limits in force; null for none.</summary>
    public void SetLimits(AdmissionLimits? limits)
    {
        LimitPerSecond = Finite(limits?.Messages);
        BytesLimitPerSecond = Finite(limits?.Bytes);
        double? messages = Use(ReceivedPerSecond, LimitPerSecond);
        double? bytes = Use(BytesPerSecond, BytesLimitPerSecond);
        LimitUse = messages is null || bytes > messages ? bytes : messages;
    }

    /// <summary>What it is sorted by.</summary>
    public double By(TopSort sort) => sort switch
    {
        TopSort.Errors => RefusedPerSecond + FailedPerSecond,
        TopSort.P99 => Latency.P99Ms ?? 0,
        TopSort.Limit => LimitUse ?? 0,
        _ => ReceivedPerSecond,
    };

    private static double? Finite(RateLimit? limit) => limit is null or { PerSecond: >= MostLimited } ? null : limit.PerSecond;

    private static double? Use(double rate, double? limit) => limit switch
    {
        null => null,
        > 0 and var allowed => rate / allowed,
        _ => rate > 0 ? 1 : 0,
    };

    private static double Rate(MessageOutcome outcome, TopicCounts before, TopicCounts after, double seconds) =>
        (after.Outcomes.Of(outcome) - before.Outcomes.Of(outcome)) / seconds;
}
