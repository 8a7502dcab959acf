using Ddmq.Core.Retrying;
using Ddmq.Core.Topics;

namespace Ddmq.Proxy.Admin;

/// <summary>Attempts, retries and duplicates, by cluster and by topic: a part of <c>/metrics</c>. Series that have counted nothing are left out.</summary>
internal static class RetryMetrics
{
    public static void Write(PrometheusWriter writer, TopicCatalog catalog)
    {
        (string Name, RetryCounters Retries)[] clusters =
        [
            .. catalog.Current.Topics.SelectMany(topic => topic.Clusters).Distinct().OrderBy(cluster => cluster.Name, StringComparer.Ordinal)
                .Select(cluster => (cluster.Name, cluster.Retries)),
        ];
        (string Name, RetryCounters Retries)[] topics = [.. catalog.Ledgers.Select(ledger => (ledger.Topic, ledger.Retries))];

        writer.Metric("ddmq_attempts_total", "counter", "Sends to the cluster: the first of each message, and retries.");
        foreach (Cluster cluster in catalog.Current.Topics.SelectMany(topic => topic.Clusters).Distinct())
        {
            writer.Sample(
                "ddmq_attempts_total",
                cluster.RetryBudget.Messages + Enum.GetValues<RetryReason>().Sum(cluster.Retries.Retries),
                ("cluster", cluster.Name));
        }

        ByReason(writer, "ddmq_retries_total", "Sends to the cluster that were not a message's first.", "cluster", clusters);
        Family(writer, "ddmq_retries_over_budget_total", "Retries that the budget did not allow.", "cluster", clusters, retries => retries.OverBudget);
        Family(writer, "ddmq_retries_stored_total", "Messages stored by a retry.", "cluster", clusters, retries => retries.StoredByRetry);
        Family(writer, "ddmq_retries_duplicates_total", "Messages of which two attempts were stored.", "cluster", clusters, retries => retries.Duplicates);
        ByReason(writer, "ddmq_messages_retries_total", "Attempts that were not a message's first.", "topic", topics);
        Family(
            writer, "ddmq_messages_possible_duplicates_total", "Messages sent once more while it was not known whether they were stored.", "topic",
            topics, retries => retries.PossibleDuplicates);
        Family(writer, "ddmq_messages_duplicates_total", "Messages of which two attempts were stored.", "topic", topics, retries => retries.Duplicates);
        Family(writer, "ddmq_messages_joined_total", "Repeats answered with the first one's outcome, and not sent.", "topic", topics, retries => retries.Joined);
    }

    private static void Family(
        PrometheusWriter writer, string name, string help, string label, (string Name, RetryCounters Retries)[] owners, Func<RetryCounters, long> value)
    {
        writer.Metric(name, "counter", help);
        foreach ((string owner, RetryCounters retries) in owners)
        {
            if (value(retries) is > 0 and long count)
            {
                writer.Sample(name, count, (label, owner));
            }
        }
    }

    private static void ByReason(PrometheusWriter writer, string name, string help, string label, (string Name, RetryCounters Retries)[] owners)
    {
        writer.Metric(name, "counter", help);
        foreach ((string owner, RetryCounters retries) in owners)
        {
            foreach (RetryReason reason in Enum.GetValues<RetryReason>())
            {
                if (retries.Retries(reason) is > 0 and long count)
                {
                    writer.Sample(name, count, (label, owner), ("reason", Name(reason)));
                }
            }
        }
    }

    private static string Name(RetryReason reason) => reason switch
    {
        RetryReason.NotStored => "not_stored",
        RetryReason.Lost => "lost",
        _ => "silent",
    };
}
