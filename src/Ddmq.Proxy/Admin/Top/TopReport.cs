using System.Text;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Diagnostics.Latencies;
using Ddmq.Core.Topics;

namespace Ddmq.Proxy.Admin.Top;

/// <summary>Makes the answer of <c>/api/top</c> from two samples.</summary>
internal static class TopReport
{
    public static object Make(ProxyStatus status, TopQuery query, TopSample before, TopSample after)
    {
        double seconds = TimeProvider.System.GetElapsedTime(before.Timestamp, after.Timestamp).TotalSeconds;
        IReadOnlyList<TopicRow> rows = Rows(status, before, after, seconds);
        return new
        {
            time = TimeProvider.System.GetUtcNow(),
            intervalSeconds = seconds,
            uptimeSeconds = (long)(TimeProvider.System.GetUtcNow() - status.Started).TotalSeconds,
            ready = status.NotReady is null,
            reason = status.NotReady,
            degradations = status.Degradations,
            connections = status.Connections.Open,
            cpuCores = (after.CpuSeconds - before.CpuSeconds) / seconds,
            total = Total(status, before, after, seconds),
            spool = SpoolRow.Between(before.Spool, after.Spool, seconds, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()),
            stages = Stages(status.Pipeline.Latencies),
            clusters = after.Clusters.Select(cluster =>
                ClusterRow.Between(before.Clusters.FirstOrDefault(one => one.Name == cluster.Name), cluster, seconds)),
            topicsWithMessages = rows.Count,
            sort = query.Sort.ToString().ToLowerInvariant(),
            topics = rows.OrderByDescending(row => row.By(query.Sort)).ThenByDescending(row => row.ReceivedPerSecond)
                .ThenBy(row => row.Topic, StringComparer.Ordinal).Take(query.Topics),
        };
    }

    private static IReadOnlyList<TopicRow> Rows(ProxyStatus status, TopSample before, TopSample after, double seconds)
    {
        CatalogSnapshot catalog = status.Catalog.Current;
        long window = status.Pipeline.Latencies.Window;
        var rows = new List<TopicRow>(after.Topics.Count);
        foreach (TopicLedger ledger in status.Catalog.Ledgers)
        {
            if (!after.Topics.TryGetValue(ledger.Topic, out TopicCounts? counts))
            {
                continue; // its first message came after the sample
            }

            TopicRow row = TopicRow.Between(ledger.Topic, before.Topics.GetValueOrDefault(ledger.Topic, TopicCounts.None), counts, seconds);
            row.SetLimits(catalog.Limits.IsOn ? catalog.Find(Encoding.UTF8.GetBytes(ledger.Topic))?.Limits : null);
            if (ledger.Latency is { } latency)
            {
                var sample = new LatencySample();
                latency.AddRecentTo(sample, window);
                row.Latency = LatencyRow.Of(sample);
            }

            rows.Add(row);
        }

        return rows;
    }

    private static TopicRow Total(ProxyStatus status, TopSample before, TopSample after, double seconds)
    {
        TopicRow total = TopicRow.Between(
            "", before.Topics.Values.Aggregate(TopicCounts.None, (sum, one) => sum.Plus(one)),
            after.Topics.Values.Aggregate(TopicCounts.None, (sum, one) => sum.Plus(one)), seconds);
        total.SetLimits(status.Catalog.Current.Limits.IsOn ? status.Catalog.Limits : null);
        var sample = new LatencySample();
        foreach (TopicLedger ledger in status.Catalog.Ledgers)
        {
            ledger.Latency?.AddRecentTo(sample, status.Pipeline.Latencies.Window);
        }

        total.Latency = LatencyRow.Of(sample);
        return total;
    }

    private static IEnumerable<object> Stages(StageLatencies latencies) => new[] { SendStage.Limiter, SendStage.Proxy, SendStage.Store }.Select(stage =>
    {
        var sample = new LatencySample();
        latencies.Of(stage).AddRecentTo(sample, latencies.Window);
        return new { stage = stage.ToString().ToLowerInvariant(), latency = LatencyRow.Of(sample) };
    });
}
