using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ddmq.Cli.Zk;

/// <summary>
/// Reads nodes' JSON so that it can be changed in place, and writes it as the original console's library (fastjson 1.2) does: no white
/// space, members without value left out, everything beyond ASCII as it is, escapes only where that library has them. The order of
/// members and elements and the text of numbers stay as they were read. Thread-safe.
/// </summary>
internal static class ConsoleJson
{
    // As deep as the proxy reads.
    private const int MaxDepth = 64;

    private static readonly JsonDocumentOptions Lenient = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        MaxDepth = MaxDepth,
    };

    /// <summary>The value of a node; of equal names the last counts, as for the proxy.</summary>
    /// <exception cref="JsonException">The bytes are not one JSON value in UTF-8.</exception>
    public static JsonNode? Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        }

        using JsonDocument document = JsonDocument.Parse(utf8, Lenient);
        try
        {
            return Convert(document.RootElement);
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("a text is not UTF-8", exception);
        }
    }

    /// <summary>The bytes for a node.</summary>
    public static byte[] Write(JsonNode value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static JsonNode? Convert(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new JsonObject();
                foreach (JsonProperty member in element.EnumerateObject())
                {
                    members[member.Name] = Convert(member.Value);
                }

                return members;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(Convert)]);
            case JsonValueKind.String:
                return JsonValue.Create(element.GetString());
            case JsonValueKind.Null:
                return null;
            default:
                return JsonValue.Create(element.Clone());
        }
    }

    private static void Append(StringBuilder text, JsonNode? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject members:
                AppendMembers(text, members);
                break;
            case JsonArray elements:
                text.Append('[');
                for (int i = 0; i < elements.Count; i++)
                {
                    Append(i == 0 ? text : text.Append(','), elements[i]);
                }

                text.Append(']');
                break;
            default:
                if (value.GetValueKind() == JsonValueKind.String)
                {
                    AppendText(text, value.GetValue<string>());
                }
                else
                {
                    text.Append(value.ToJsonString());
                }

                break;
        }
    }

    private static void AppendMembers(StringBuilder text, JsonObject members)
    {
        text.Append('{');
        bool isFirst = true;
        foreach ((string name, JsonNode? value) in members)
        {
            if (value is null)
            {
                continue;
            }

            if (!isFirst)
            {
                text.Append(',');
            }

            isFirst = false;
            AppendText(text, name);
            Append(text.Append(':'), value);
        }

        text.Append('}');
    }

    private static void AppendText(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char c in value)
        {
            switch (c)
            {
                case '"' or '\\':
                    text.Append('\\').Append(c);
                    break;
                case '\b':
                    text.Append("\\b");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\f':
                    text.Append("\\f");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case < ' ' or (>= '\u007f' and < '\u00a0') or '\u2028' or '\u2029':
                    text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }

        text.Append('"');
    }
}
