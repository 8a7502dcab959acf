using System.Buffers;
using System.Text;
using System.Text.Json;
using Ddmq.Core.Messages;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Diagnostics;

/// <summary>
/// One JSON line for every message that was good and is given up on: which, why, and whether it may be stored all the
/// same. Refusals are not drops: their producers were told at once what to mend. Thread-safe.
/// </summary>
/// <param name="logger">The category <see cref="Category"/>, which has a file of its own.</param>
/// <param name="keepsBodies">Whether lines carry the body, so that the message can be sent again from them.</param>
public sealed partial class DropLog(ILogger logger, bool keepsBodies)
{
    /// <summary>The log category of the lines.</summary>
    public const string Category = "Ddmq.Drop";

    /// <summary>Whether a message with that result has been given up on.</summary>
    public static bool IsDrop(SendStatus status) => status is SendStatus.Unknown or SendStatus.Timeout or SendStatus.TopicNotExist;

    /// <summary>Writes a message's line.</summary>
    public void Write(SendRequest request, SendResult result)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("bornUnixMs", request.ReceivedUnixMs);
            json.WriteString("reason", SendStatuses.Name(result.Status));
            json.WriteString("stored", ResultText.StoredText(result.Stored));
            json.WriteString("detail", result.Detail);
            WriteText(json, "topic", request.TopicName);
            WriteText(json, "key", request.Key);
            WriteText(json, "tags", request.Tags);
            json.WriteNumber("partitionId", request.PartitionId);
            json.WriteNumber("hashId", request.HashId);
            json.WriteStartObject("properties");
            foreach (MessageProperty property in request.Properties)
            {
                json.WriteString(Encoding.UTF8.GetString(property.Name.Span), Encoding.UTF8.GetString(property.Value.Span));
            }

            json.WriteEndObject();
            json.WriteNumber("bodyBytes", request.Body.Length);
            if (keepsBodies)
            {
                json.WriteBase64String("bodyBase64", request.Body.Span);
            }

            json.WriteEndObject();
        }

        Log.Dropped(logger, Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    // Decoded first: a message that a bug gives up on before it is checked may hold bytes that the JSON writer refuses.
    private static void WriteText(Utf8JsonWriter json, string name, ReadOnlyMemory<byte>? text)
    {
        if (text is { } utf8)
        {
            json.WriteString(name, Encoding.UTF8.GetString(utf8.Span));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Pipeline + 3, LogLevel.Warning, "{Line}")]
        public static partial void Dropped(ILogger logger, string line);
    }
}
