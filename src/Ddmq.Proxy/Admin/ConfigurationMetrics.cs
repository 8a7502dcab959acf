using Ddmq.Config.ZooKeeper.Watching;
using Ddmq.Proxy.LiveConfiguration;

namespace Ddmq.Proxy.Admin;

/// <summary>The configuration's part of <c>/metrics</c>.</summary>
internal static class ConfigurationMetrics
{
    public static void Write(PrometheusWriter writer, ConfigurationStatus configuration)
    {
        writer.Single("ddmq_config_version", "gauge", "Changes of the configuration since the start, the first one included.", configuration.InForce?.Version ?? 0);
        writer.Single(
            "ddmq_config_changed_timestamp_seconds", "gauge", "When the configuration in force came into force, Unix time.",
            configuration.InForce?.Since.ToUnixTimeMilliseconds() / 1000.0 ?? 0);
        writer.Single(
            "ddmq_config_refused_nodes", "gauge", "Nodes that are not in force as ZooKeeper has them; /readyz names them.", configuration.Problems.Count);
        writer.Single("ddmq_config_refusals_total", "counter", "Contents of nodes that were refused.", configuration.Refusals);
        writer.Single(
            "ddmq_config_from_cache", "gauge", "1 while the last good configuration from the disk is in force.", configuration.RunsFromCacheOf is null ? 0 : 1);
        if (configuration.Watcher is not { } watcher)
        {
            return;
        }

        writer.Single("ddmq_zookeeper_connected", "gauge", "1 while changes in ZooKeeper are seen.", watcher.State == NodeWatcherState.Connected ? 1 : 0);
        writer.Single("ddmq_zookeeper_topics_watched", "gauge", "Topics whose nodes are watched.", watcher.Topics);
        writer.Single("ddmq_zookeeper_sessions_total", "counter", "Sessions opened.", watcher.Sessions);
        writer.Single("ddmq_zookeeper_reconnects_total", "counter", "Connections after the first one.", watcher.Reconnects);
        writer.Single("ddmq_zookeeper_events_total", "counter", "Watches that fired.", watcher.Events);
        writer.Single("ddmq_zookeeper_reads_total", "counter", "Nodes read with their data.", watcher.Reads);
        writer.Single(
            "ddmq_zookeeper_missed_changes_total", "counter", "Changes that only the regular comparison found: their events were lost.", watcher.MissedChanges);
    }
}
