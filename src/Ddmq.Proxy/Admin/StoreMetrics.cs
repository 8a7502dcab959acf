using Ddmq.Storage.RocksDb;
using Ddmq.Storage.RocksDb.Metrics;

namespace Ddmq.Proxy.Admin;

/// <summary>The embedded store's part of <c>/metrics</c>.</summary>
internal static class StoreMetrics
{
    public static void Write(PrometheusWriter writer, RocksDbStore store)
    {
        StoreCounters counters = store.Counters;
        writer.Single("ddmq_store_commits_total", "counter", "Group commits, each ended by an fdatasync.", counters.Commits);
        writer.Single("ddmq_store_failed_commits_total", "counter", "Group commits that failed.", counters.FailedCommits);
        writer.Single("ddmq_store_messages_total", "counter", "Messages committed.", counters.Messages);
        writer.Single("ddmq_store_bytes_total", "counter", "Bytes of records committed.", counters.Bytes);
        writer.Single("ddmq_store_last_commit_messages", "gauge", "Messages in the last group commit.", counters.LastBatchMessages);
        writer.Single("ddmq_store_queued_messages", "gauge", "Messages that wait for the disk.", store.QueuedMessages);
        writer.Single("ddmq_store_queued_bytes", "gauge", "Bytes that wait for the disk.", store.QueuedBytes);
        writer.Single(
            "ddmq_store_refused_early_total", "counter", "Messages refused because their turn would not have come in time.", counters.RefusedEarly);
        writer.Single("ddmq_store_reopenings_total", "counter", "Times the database was opened again after trouble.", counters.Reopenings);
        writer.Single(
            "ddmq_store_retention_deleted_messages_total", "counter", "Messages that retention has deleted.", counters.RetentionDeletedMessages);

        DurationHistogram duration = counters.CommitDuration;
        const string Name = "ddmq_store_commit_duration_seconds";
        writer.Metric(Name, "histogram", "Time of a group commit, write and fdatasync.");
        long total = 0;
        for (int bucket = 0; bucket < duration.BucketCount; bucket++)
        {
            // One bound per doubling: a finer grid would be a hundred lines at every scrape.
            total += duration.CountIn(bucket);
            if ((bucket + 1) % DurationHistogram.SubBuckets == 0)
            {
                writer.Sample(
                    Name + "_bucket", total,
                    ("le", duration.UpperBoundSeconds(bucket).ToString("R", System.Globalization.CultureInfo.InvariantCulture)));
            }
        }

        writer.Sample(Name + "_bucket", duration.Count, ("le", "+Inf"));
        writer.Sample(Name + "_sum", duration.SumSeconds);
        writer.Sample(Name + "_count", duration.Count);
    }
}
