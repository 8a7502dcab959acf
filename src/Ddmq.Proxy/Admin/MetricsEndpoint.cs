using Ddmq.Core.Diagnostics;
using Ddmq.Storage.RocksDb;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Ddmq.Proxy.Admin;

/// <summary>
/// <c>/metrics</c> in Prometheus' text format, read from the counters where they stand: the hot path pays one interlocked
/// add per event and nothing for being watched. docs/metrics.md lists what each answers.
/// </summary>
internal static class MetricsEndpoint
{
    public static void Map(WebApplication app, ProxyStatus status) => app.MapGet("/metrics", context =>
    {
        var writer = new PrometheusWriter();
        IReadOnlyList<TopicLedger> ledgers = status.Catalog.Ledgers;
        MessageMetrics.Write(writer, ledgers);
        LimitMetrics.Write(writer, status.Catalog, status.Pipeline.WaitingForLimit);
        LatencyMetrics.Write(writer, status.Pipeline.Latencies, ledgers);
        RetryMetrics.Write(writer, status.Catalog);
        writer.Single("ddmq_duplicate_window_messages", "gauge", "Messages remembered, to know their repeats.", status.Pipeline.Duplicates.Count);
        writer.Single(
            "ddmq_duplicate_window_pushed_out_total", "counter", "Messages forgotten before their window was over, for want of room.",
            status.Pipeline.Duplicates.PushedOut);
        SpoolMetrics.Write(writer, status.Spool.Spool, status.Spool.Delivery, TimeProvider.System);
        WriteCalls(writer, status);
        WriteConnections(writer, status.Connections, status.Pipeline.Abandoned.Current);
        if (status.Store is RocksDbStore store)
        {
            StoreMetrics.Write(writer, store);
        }

        ClusterMetrics.Write(writer, status.Clusters.Status);
        if (status.Configuration is { } configuration)
        {
            ConfigurationMetrics.Write(writer, configuration.Status);
        }

        writer.Single("ddmq_ready", "gauge", "1 when messages are taken.", status.NotReady is null ? 1 : 0);
        ProcessMetrics.Write(writer);
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(writer.ToString());
    });

    private static void WriteCalls(PrometheusWriter writer, ProxyStatus status)
    {
        writer.Metric("ddmq_calls_received_total", "counter", "Calls of the ProducerService.");
        writer.Metric("ddmq_calls_answered_total", "counter", "Calls of the ProducerService that were answered.");
        foreach (ProducerServiceMethod method in Enum.GetValues<ProducerServiceMethod>())
        {
            string name = System.Text.Encoding.UTF8.GetString(ProducerServiceMethods.Name(method));
            writer.Sample("ddmq_calls_received_total", status.Service.Counters.Received(method), ("method", name));
            writer.Sample("ddmq_calls_answered_total", status.Service.Counters.Answered(method), ("method", name));
        }

        writer.Single("ddmq_calls_in_flight", "gauge", "Calls of the ProducerService not answered yet.", status.Service.Counters.InFlight);
    }

    private static void WriteConnections(PrometheusWriter writer, ThriftServerStatistics statistics, long abandonedBytes)
    {
        writer.Single("ddmq_connections_accepted_total", "counter", "Connections accepted on the Thrift port.", statistics.Accepted);
        writer.Single("ddmq_connections_open", "gauge", "Connections open on the Thrift port.", statistics.Open);
        writer.Metric("ddmq_connections_closed_total", "counter", "Connections closed on the Thrift port, by reason.");
        foreach (CloseReason reason in Enum.GetValues<CloseReason>())
        {
            if (reason != CloseReason.None)
            {
                writer.Sample("ddmq_connections_closed_total", statistics.Closed(reason), ("reason", reason.ToString()));
            }
        }

        writer.Single("ddmq_thrift_frames_total", "counter", "Frames taken from the Thrift port.", statistics.Calls);
        writer.Single("ddmq_thrift_replies_total", "counter", "Frames answered.", statistics.Replies);
        writer.Metric("ddmq_thrift_exceptions_total", "counter", "Frames answered with an EXCEPTION message, by reason.");
        writer.Sample("ddmq_thrift_exceptions_total", statistics.UnknownMethods, ("reason", "UnknownMethod"));
        writer.Sample("ddmq_thrift_exceptions_total", statistics.BadArguments, ("reason", "BadArguments"));
        writer.Sample("ddmq_thrift_exceptions_total", statistics.BadMessageTypes, ("reason", "BadMessageType"));
        writer.Sample("ddmq_thrift_exceptions_total", statistics.HandlerErrors, ("reason", "InternalError"));
        writer.Single("ddmq_thrift_pauses_total", "counter", "How often a connection was not read for a while because nearly all it sent was refused.", statistics.Pauses);
        writer.Single("ddmq_thrift_read_bytes_total", "counter", "Bytes read from clients.", statistics.BytesRead);
        writer.Single("ddmq_thrift_written_bytes_total", "counter", "Bytes written to clients.", statistics.BytesWritten);
        writer.Single("ddmq_thrift_read_buffer_bytes", "gauge", "Memory that holds incomplete frames.", statistics.ReadBufferBytes);
        writer.Single("ddmq_thrift_in_flight_bytes", "gauge", "Bytes of frames not answered yet.", statistics.BytesInFlight);
        writer.Single("ddmq_thrift_abandoned_bytes", "gauge", "Bytes of messages that are answered and that their store still holds.", abandonedBytes);
    }
}
