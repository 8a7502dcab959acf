using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;

namespace Ddmq.Proxy.Admin;

/// <summary>What became of messages, by topic: the ledgers' part of <c>/metrics</c>.</summary>
internal static class MessageMetrics
{
    /// <summary>
    /// Writes the metrics. The terms of a ledger's equation (received, outcomes, in flight) are of one moment; the finer counts beside
    /// them are read on their own.
    /// </summary>
    public static void Write(PrometheusWriter writer, IReadOnlyList<TopicLedger> ledgers)
    {
        (string Topic, LedgerReading Reading)[] readings = [.. ledgers.Select(ledger => (ledger.Topic, ledger.Read()))];
        writer.Metric("ddmq_messages_received_total", "counter", "Messages taken from clients.");
        foreach ((string topic, LedgerReading reading) in readings)
        {
            writer.Sample("ddmq_messages_received_total", reading.Received, ("topic", topic));
        }

        writer.Metric("ddmq_messages_outcome_total", "counter", "Messages answered, by what became of them.");
        foreach ((string topic, LedgerReading reading) in readings)
        {
            foreach (MessageOutcome outcome in Enum.GetValues<MessageOutcome>())
            {
                writer.Sample("ddmq_messages_outcome_total", reading.Of(outcome), ("topic", topic), ("outcome", Name(outcome)));
            }
        }

        writer.Metric("ddmq_messages_in_flight", "gauge", "Messages taken and not answered yet.");
        foreach ((string topic, LedgerReading reading) in readings)
        {
            writer.Sample("ddmq_messages_in_flight", reading.InFlight, ("topic", topic));
        }

        WriteDetails(writer, ledgers);
    }

    private static void WriteDetails(PrometheusWriter writer, IReadOnlyList<TopicLedger> ledgers)
    {
        writer.Metric("ddmq_messages_received_bytes_total", "counter", "Bytes of the bodies of messages taken from clients.");
        foreach (TopicLedger ledger in ledgers)
        {
            writer.Sample("ddmq_messages_received_bytes_total", ledger.ReceivedBytes, ("topic", ledger.Topic));
        }

        writer.Metric("ddmq_messages_answered_total", "counter", "Messages answered, by result code.");
        foreach (TopicLedger ledger in ledgers)
        {
            foreach (SendStatus status in SendStatuses.All)
            {
                if (ledger.Answered(status) is > 0 and long count)
                {
                    writer.Sample(
                        "ddmq_messages_answered_total", count, ("topic", ledger.Topic), ("status", SendStatuses.Name(status)));
                }
            }
        }

        writer.Metric("ddmq_messages_late_total", "counter", "Messages answered FAIL_TIMEOUT whose store spoke afterwards.");
        foreach (TopicLedger ledger in ledgers.Where(ledger => ledger.LateStored + ledger.LateFailed > 0))
        {
            writer.Sample("ddmq_messages_late_total", ledger.LateStored, ("topic", ledger.Topic), ("outcome", "stored"));
            writer.Sample("ddmq_messages_late_total", ledger.LateFailed, ("topic", ledger.Topic), ("outcome", "failed"));
        }
    }

    private static string Name(MessageOutcome outcome) => outcome switch
    {
        MessageOutcome.Stored => "stored",
        MessageOutcome.Spooled => "spooled",
        MessageOutcome.Refused => "refused",
        _ => "failed",
    };
}
