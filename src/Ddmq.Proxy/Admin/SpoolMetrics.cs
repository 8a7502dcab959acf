using Ddmq.Core.Spooling;

namespace Ddmq.Proxy.Admin;

/// <summary>The spool's part of <c>/metrics</c>; all numbers of a topic on a cluster are of one moment.</summary>
internal static class SpoolMetrics
{
    public static void Write(PrometheusWriter writer, Spool spool, SpoolDelivery delivery, TimeProvider time)
    {
        IReadOnlyList<SpoolReading> readings = spool.Readings;
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        Family("ddmq_spool_messages", "gauge", "Messages on this proxy's disk that wait for their cluster.", reading => reading.Messages);
        Family("ddmq_spool_bytes", "gauge", "Bytes of those messages.", reading => reading.Bytes);
        Family(
            "ddmq_spool_oldest_age_seconds", "gauge", "Age of the oldest of those messages.",
            reading => reading.OldestUnixMs == 0 ? 0 : Math.Max(0, now - reading.OldestUnixMs) / 1000.0);
        Family("ddmq_spool_spooled_total", "counter", "Messages spooled, and answered so.", reading => reading.Spooled);
        Family(
            "ddmq_spool_recovered_total", "counter", "Entries found at start or after trouble of the disk, or written after their answer.",
            reading => reading.Recovered);
        Family("ddmq_spool_delivered_total", "counter", "Entries that their cluster has stored.", reading => reading.Delivered);
        Family(
            "ddmq_spool_possible_duplicates_total", "counter", "Entries delivered of which the cluster may have two copies.",
            reading => reading.PossibleDuplicates);
        Family("ddmq_spool_refused_total", "counter", "Messages that the spool did not take.", reading => reading.Refused);

        writer.Metric("ddmq_spool_dropped_total", "counter", "Entries that left the spool for the drop log.");
        foreach (SpoolReading reading in readings)
        {
            foreach ((SpoolDropReason reason, long count) in reading.Dropped)
            {
                writer.Sample(
                    "ddmq_spool_dropped_total", count,
                    ("topic", reading.Queue.Topic), ("cluster", reading.Queue.Cluster), ("reason", Name(reason)));
            }
        }

        writer.Single("ddmq_spool_in_flight", "gauge", "Messages on their way from the spool to their clusters.", delivery.InFlight);

        void Family(string metric, string type, string help, Func<SpoolReading, double> value)
        {
            writer.Metric(metric, type, help);
            foreach (SpoolReading reading in readings)
            {
                writer.Sample(metric, value(reading), ("topic", reading.Queue.Topic), ("cluster", reading.Queue.Cluster));
            }
        }
    }

    private static string Name(SpoolDropReason reason) => reason switch
    {
        SpoolDropReason.Aged => "aged",
        SpoolDropReason.Refused => "refused",
        _ => "damaged",
    };
}
