using Ddmq.Core.Diagnostics;
using Ddmq.Core.Spooling;

namespace Ddmq.Proxy.Admin.Top;

/// <summary>All counters at one moment. Two of them make rates. Immutable.</summary>
/// <param name="Timestamp">When, in ticks of the system's clock.</param>
/// <param name="CpuSeconds">CPU the process had used.</param>
/// <param name="Topics">By topic; those that never had a message are left out.</param>
/// <param name="Clusters">By cluster.</param>
/// <param name="Spool">By topic and cluster.</param>
internal sealed record TopSample(
    long Timestamp,
    double CpuSeconds,
    IReadOnlyDictionary<string, TopicCounts> Topics,
    IReadOnlyList<ClusterCounts> Clusters,
    IReadOnlyList<SpoolReading> Spool)
{
    /// <summary>Reads them.</summary>
    public static TopSample Take(ProxyStatus status)
    {
        var topics = new Dictionary<string, TopicCounts>(StringComparer.Ordinal);
        foreach (TopicLedger ledger in status.Catalog.Ledgers)
        {
            if (ledger.Received > 0)
            {
                topics[ledger.Topic] = TopicCounts.Of(ledger);
            }
        }

        return new TopSample(
            TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime.TotalSeconds, topics, ClusterCounts.OfAll(status), status.Spool.Spool.Readings);
    }
}
