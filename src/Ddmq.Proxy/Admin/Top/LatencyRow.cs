using Ddmq.Core.Diagnostics.Latencies;

namespace Ddmq.Proxy.Admin.Top;

/// <summary>Percentiles of the last 5 to 10 seconds as <c>/api/top</c> has them; null when there were no messages.</summary>
internal sealed record LatencyRow(double? P50Ms, double? P99Ms, double? P999Ms)
{
    /// <summary>Of what was gathered.</summary>
    public static LatencyRow Of(LatencySample sample) => new(sample.PercentileMs(50), sample.PercentileMs(99), sample.PercentileMs(99.9));
}
