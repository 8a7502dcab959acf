using System.Buffers;
using System.Text;
using System.Text.Json;
using Ddmq.Core.Messages;

namespace Ddmq.Core.Diagnostics;

/// <summary>A line of the drop log: one JSON object. <c>ddmq replay</c> reads it back (docs/operations.md has the members).</summary>
internal static class DropLine
{
    /// <summary>The line of a message.</summary>
    /// <param name="request">The message.</param>
    /// <param name="reason">Why it was given up on.</param>
    /// <param name="stored">What is known of its whereabouts.</param>
    /// <param name="detail">More about the reason; null for nothing.</param>
    /// <param name="keepsBody">Whether the line has the body.</param>
    /// <param name="more">Writes members that only some lines have; null for none.</param>
    public static byte[] Of(
        SendRequest request, string reason, Stored stored, string? detail, bool keepsBody, Action<Utf8JsonWriter>? more = null)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("bornUnixMs", request.ReceivedUnixMs);
            json.WriteString("reason", reason);
            json.WriteString("stored", ResultText.StoredText(stored));
            json.WriteString("detail", detail);
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
            more?.Invoke(json);
            json.WriteNumber("bodyBytes", request.Body.Length);
            if (keepsBody)
            {
                json.WriteBase64String("bodyBase64", request.Body.Span);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
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
}
