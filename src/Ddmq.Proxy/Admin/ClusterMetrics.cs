using Ddmq.Core.Messages;
using Ddmq.Proxy.LiveConfiguration;
using Ddmq.Storage.Kafka;
using Ddmq.Storage.Kafka.Metrics;
using Ddmq.Storage.RocketMq;

namespace Ddmq.Proxy.Admin;

/// <summary>The broker clusters' part of <c>/metrics</c>. Counters begin anew with a cluster's client.</summary>
internal static class ClusterMetrics
{
    public static void Write(PrometheusWriter writer, IReadOnlyList<ClusterStatus> clusters)
    {
        if (clusters.Count == 0)
        {
            return;
        }

        writer.Metric("ddmq_cluster_ok", "gauge", "1 when the broker cluster takes messages with the settings in force.");
        foreach (ClusterStatus cluster in clusters)
        {
            writer.Sample("ddmq_cluster_ok", cluster.Trouble is null ? 1 : 0, ("cluster", cluster.Name), ("kind", cluster.Kind.ToString()));
        }

        WriteKafka(writer, [.. clusters.Where(cluster => cluster.Store is KafkaStore).Select(cluster => (cluster.Name, ((KafkaStore)cluster.Store!).Counters))]);
        WriteRocketMq(writer, [.. clusters.Where(cluster => cluster.Store is RocketMqStore).Select(cluster => (cluster.Name, (RocketMqStore)cluster.Store!))]);
    }

    private static void WriteKafka(PrometheusWriter writer, (string Name, KafkaStoreCounters Counters)[] clusters)
    {
        if (clusters.Length == 0)
        {
            return;
        }

        Family("ddmq_kafka_stored_total", "counter", "Messages stored.", counters => counters.Sent);
        Family("ddmq_kafka_possibly_stored_total", "counter", "Messages that failed and may have been stored.", counters => counters.PossiblyStored);
        Family("ddmq_kafka_in_flight", "gauge", "Messages taken in and not answered yet.", counters => counters.InFlight);
        Family("ddmq_kafka_in_flight_bytes", "gauge", "Bytes of their bodies.", counters => counters.InFlightBytes);
        Family("ddmq_kafka_waiting", "gauge", "Those of them that wait for an acknowledgement, for metadata or for room in the client.", counters => counters.Waiting);
        Family("ddmq_kafka_transfers_total", "counter", "Times that messages were handed to the client together.", counters => counters.Transfers);
        Family("ddmq_kafka_transferred_messages_total", "counter", "The messages of these transfers.", counters => counters.Transferred);
        Family("ddmq_kafka_overdue_transfers_total", "counter", "Transfers whose acknowledgement was not waited for any longer.", counters => counters.OverdueTransfers);
        Family("ddmq_kafka_room_waits_total", "counter", "Messages that met a full client and had to wait.", counters => counters.RoomWaits);
        Family("ddmq_kafka_refused_early_total", "counter", "Messages refused because they would have been acknowledged too late.", counters => counters.RefusedEarly);
        Family("ddmq_kafka_rebuilds_total", "counter", "Clients that failed for good and were replaced.", counters => counters.Rebuilds);
        writer.Metric("ddmq_kafka_failed_total", "counter", "Messages that failed, by result code.");
        foreach ((string name, KafkaStoreCounters counters) in clusters)
        {
            foreach (SendStatus status in SendStatuses.All)
            {
                if (counters.Failed(status) is > 0 and long count)
                {
                    writer.Sample("ddmq_kafka_failed_total", count, ("cluster", name), ("status", SendStatuses.Name(status)));
                }
            }
        }

        void Family(string metric, string type, string help, Func<KafkaStoreCounters, long> value)
        {
            writer.Metric(metric, type, help);
            foreach ((string name, KafkaStoreCounters counters) in clusters)
            {
                writer.Sample(metric, value(counters), ("cluster", name));
            }
        }
    }

    private static void WriteRocketMq(PrometheusWriter writer, (string Name, RocketMqStore Store)[] clusters)
    {
        if (clusters.Length == 0)
        {
            return;
        }

        Family("ddmq_rocketmq_stored_total", "counter", "Messages stored.", counters => counters.Stored);
        Family("ddmq_rocketmq_weakly_stored_total", "counter", "Those stored, but not flushed or copied as configured (10, 11, 12).", counters => counters.WeaklyStored);
        Family("ddmq_rocketmq_not_stored_total", "counter", "Messages certainly not stored.", counters => counters.NotStored);
        Family("ddmq_rocketmq_possibly_stored_total", "counter", "Messages that failed and may have been stored.", counters => counters.Unknown);
        Family("ddmq_rocketmq_batches_total", "counter", "Requests that carried more than one message.", counters => counters.Batches);
        Family("ddmq_rocketmq_batch_messages_total", "counter", "Messages in them.", counters => counters.BatchMessages);
        Family("ddmq_rocketmq_split_batches_total", "counter", "Batches that failed and were sent message by message.", counters => counters.SplitBatches);
        Family("ddmq_rocketmq_refused_early_total", "counter", "Messages that a broker's or queue's line was too long for.", counters => counters.RefusedEarly);
        Family("ddmq_rocketmq_route_refreshes_total", "counter", "Routes fetched.", counters => counters.RouteRefreshes);
        Family("ddmq_rocketmq_route_failures_total", "counter", "Routes that could not be fetched.", counters => counters.RouteFailures);
        (string Cluster, BrokerStatus Broker)[] brokers = [.. clusters.SelectMany(cluster => cluster.Store.Brokers.Select(broker => (cluster.Name, broker)))];
        Broker("ddmq_rocketmq_broker_in_flight", "gauge", "Requests sent and not answered.", broker => broker.InFlight);
        Broker("ddmq_rocketmq_broker_limit", "gauge", "Requests in flight that the broker is given at most at the moment.", broker => broker.Limit);
        Broker("ddmq_rocketmq_broker_waiting", "gauge", "Requests that wait for their turn.", broker => broker.Waiting);
        Broker("ddmq_rocketmq_broker_busy_total", "counter", "Requests answered busy.", broker => broker.BusyAnswers);
        Broker("ddmq_rocketmq_broker_latency_seconds", "gauge", "Average time to an answer.", broker => broker.Latency.TotalSeconds);
        Broker("ddmq_rocketmq_broker_grey", "gauge", "1 while messages without a fixed queue keep away from the broker.", broker => broker.IsGrey ? 1 : 0);

        void Family(string metric, string type, string help, Func<RocketMqCounters, long> value)
        {
            writer.Metric(metric, type, help);
            foreach ((string name, RocketMqStore store) in clusters)
            {
                writer.Sample(metric, value(store.Counters), ("cluster", name));
            }
        }

        void Broker(string metric, string type, string help, Func<BrokerStatus, double> value)
        {
            writer.Metric(metric, type, help);
            foreach ((string cluster, BrokerStatus broker) in brokers)
            {
                writer.Sample(metric, value(broker), ("cluster", cluster), ("broker", broker.Name));
            }
        }
    }
}
