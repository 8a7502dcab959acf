using System.Globalization;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Diagnostics.Latencies;

namespace Ddmq.Proxy.Admin;

/// <summary>The latencies' part of <c>/metrics</c>: by stage as a histogram, which can be added up over proxies, and by topic as a summary.</summary>
internal static class LatencyMetrics
{
    private const string ByStage = "ddmq_send_stage_duration_seconds";
    private const string ByTopic = "ddmq_send_duration_seconds";
    private static readonly (string Label, double Percent)[] Quantiles = [("0.5", 50), ("0.99", 99), ("0.999", 99.9)];

    public static void Write(PrometheusWriter writer, StageLatencies latencies, IReadOnlyList<TopicLedger> ledgers)
    {
        writer.Metric(ByStage, "histogram", "Time that messages spend in each part of their way; refused ones are not counted.");
        foreach (SendStage stage in Enum.GetValues<SendStage>())
        {
            var totals = new LatencyTotals();
            if (stage == SendStage.Total)
            {
                foreach (TopicLedger ledger in ledgers)
                {
                    ledger.Latency?.AddAllTo(totals);
                }
            }
            else
            {
                latencies.Of(stage).AddAllTo(totals);
            }

            WriteStage(writer, stage, totals);
        }

        writer.Metric(ByTopic, "summary", "Time from received to answered, the quantiles of the last 5 to 10 seconds; refused messages are not counted.");
        foreach (TopicLedger ledger in ledgers)
        {
            if (ledger.Latency is { } latency)
            {
                WriteTopic(writer, ledger.Topic, latency, latencies.Window);
            }
        }
    }

    private static void WriteStage(PrometheusWriter writer, SendStage stage, LatencyTotals totals)
    {
        string name = stage.ToString().ToLowerInvariant();
        long below = 0;
        for (int doubling = 0; doubling < LatencyBuckets.Doublings - 1; doubling++)
        {
            below += totals.CountIn(doubling);
            string bound = (LatencyTotals.UpperBound(doubling) / 1e6).ToString("R", CultureInfo.InvariantCulture);
            writer.Sample(ByStage + "_bucket", below, ("stage", name), ("le", bound));
        }

        writer.Sample(ByStage + "_bucket", totals.Count, ("stage", name), ("le", "+Inf"));
        writer.Sample(ByStage + "_sum", totals.SumMicroseconds / 1e6, ("stage", name));
        writer.Sample(ByStage + "_count", totals.Count, ("stage", name));
    }

    private static void WriteTopic(PrometheusWriter writer, string topic, LatencyWindows latency, long window)
    {
        var recent = new LatencySample();
        latency.AddRecentTo(recent, window);
        foreach ((string label, double percent) in Quantiles)
        {
            if (recent.PercentileMs(percent) is { } ms)
            {
                writer.Sample(ByTopic, ms / 1000, ("topic", topic), ("quantile", label));
            }
        }

        var totals = new LatencyTotals();
        latency.AddAllTo(totals);
        writer.Sample(ByTopic + "_sum", totals.SumMicroseconds / 1e6, ("topic", topic));
        writer.Sample(ByTopic + "_count", totals.Count, ("topic", topic));
    }
}
