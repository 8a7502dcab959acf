using Ddmq.Core.Storage;
using Ddmq.Storage.Kafka;
using Ddmq.Storage.RocketMq;

namespace Ddmq.Benchmarks;

/// <summary>
/// Messages stored, and the requests that carried them: RocketMQ's requests; for Kafka what went to the client together, which makes its requests
/// of it.
/// </summary>
internal readonly record struct RequestCounts(double Messages, double Batches, double BatchMessages)
{
    /// <summary>A store's of this process, so far.</summary>
    public static RequestCounts Of(IMessageStore store) =>
        store switch
        {
            RocketMqStore { Counters: { } counters } => new RequestCounts(counters.Stored, counters.Batches, counters.BatchMessages),
            KafkaStore { Counters: { } counters } => new RequestCounts(counters.Transferred, counters.Transfers, counters.Transferred),
            _ => default,
        };

    /// <summary>A proxy's, so far; <paramref name="broker"/> is kafka, or a RocketMQ.</summary>
    public static RequestCounts Of(BenchmarkServer proxy, string broker) => broker == "kafka"
        ? new RequestCounts(
            proxy.Metric("ddmq_kafka_transferred_messages_total"), proxy.Metric("ddmq_kafka_transfers_total"), proxy.Metric("ddmq_kafka_transferred_messages_total"))
        : new RequestCounts(
            proxy.Metric("ddmq_rocketmq_stored_total"), proxy.Metric("ddmq_rocketmq_batches_total"), proxy.Metric("ddmq_rocketmq_batch_messages_total"));

    /// <summary>How many messages a request has carried since; null when there was none.</summary>
    public double? MeanSince(RequestCounts before)
    {
        double messages = Messages - before.Messages;
        double requests = messages - (BatchMessages - before.BatchMessages) + (Batches - before.Batches);
        return requests > 0 ? messages / requests : null;
    }
}
