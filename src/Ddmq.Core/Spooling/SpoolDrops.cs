using System.Text.Json;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Spooling;

/// <summary>Writes what leaves the spool undelivered to the drop log, with everything needed to send it again. Thread-safe.</summary>
internal sealed partial class SpoolDrops(IDropFile file, ILogger logger)
{
    private readonly Lock _lock = new();

    /// <summary>Writes an entry's line.</summary>
    /// <returns>Null when it is on the disk; otherwise why not.</returns>
    public string? TryWrite(SpoolQueueName queue, SpooledMessage message, SpoolDropReason reason, SendResult? last)
    {
        string why = reason switch
        {
            SpoolDropReason.Aged => "SPOOL_AGED",
            SpoolDropReason.Damaged => "SPOOL_DAMAGED",
            _ => SendStatuses.Name(last?.Status ?? SendStatus.Unknown),
        };
        byte[] line = DropLine.Of(
            message.Request, why, message.MayBeStored ? Stored.Unknown : Stored.No, message.Damage ?? last?.Detail, message.Damage is null, json => More(json, queue, message));
        try
        {
            lock (_lock)
            {
                file.Append(line);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"the drop log cannot be written: {exception.Message}";
        }

        Log.Dropped(logger, queue.Topic, queue.Cluster, why, message.Damage ?? last?.Detail);
        return null;
    }

    private static void More(Utf8JsonWriter json, SpoolQueueName queue, SpooledMessage message)
    {
        json.WriteString("cluster", queue.Cluster);
        json.WriteNumber("spooledUnixMs", message.SpooledUnixMs);
        json.WriteNumber("attempts", message.Request.Attempt);
        if (message.Damage is not null)
        {
            json.WriteBase64String("entryBase64", message.Raw.Span);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Spool + 4, LogLevel.Error, "A message of topic {Topic} for cluster {Cluster} left the spool for the drop log: {Reason}, {Detail}")]
        public static partial void Dropped(ILogger logger, string topic, string cluster, string reason, string? detail);
    }
}
