using System.Text;
using System.Text.Json;
using Ddmq.Config.Loading;

namespace Ddmq.Config.Nodes;

/// <summary>
/// Builds <see cref="ConfigNode"/>s from JSON, so that nodes and the YAML file are bound and checked by the same code. Thread-safe.
/// </summary>
internal static class JsonTree
{
    // A node is five levels deep; this only keeps a hostile one from exhausting the stack.
    private const int MaxDepth = 64;

    /// <summary>The root value.</summary>
    /// <exception cref="JsonException">The bytes are not one JSON value in UTF-8; its message says where.</exception>
    public static ConfigNode Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith(Encoding.UTF8.Preamble))
        {
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        }

        var reader = new Utf8JsonReader(
            utf8, new JsonReaderOptions { MaxDepth = MaxDepth, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        try
        {
            reader.Read();
            ConfigNode root = ReadValue(ref reader, utf8);
            return reader.Read() ? throw new JsonException("something follows the end of the value") : root;
        }
        catch (InvalidOperationException exception)
        {
            // Bytes that are no UTF-8, or half of a surrogate pair, inside a string.
            throw new JsonException($"a text at byte {reader.TokenStartIndex} is not UTF-8", exception);
        }
    }

    private static ConfigNode ReadValue(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8)
    {
        (long line, long column) = PlaceOf(utf8, (int)reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var entries = new List<(ConfigScalar, ConfigNode)>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    (long keyLine, long keyColumn) = PlaceOf(utf8, (int)reader.TokenStartIndex);
                    var key = new ConfigScalar(reader.GetString()!, IsPlain: false, keyLine, keyColumn);
                    reader.Read();
                    entries.Add((key, ReadValue(ref reader, utf8)));
                }

                return new ConfigMapping(entries, line, column);
            case JsonTokenType.StartArray:
                var items = new List<ConfigNode>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(ReadValue(ref reader, utf8));
                }

                return new ConfigSequence(items, line, column);
            case JsonTokenType.String:
                return new ConfigScalar(reader.GetString()!, IsPlain: false, line, column);
            default:
                return new ConfigScalar(Encoding.UTF8.GetString(reader.ValueSpan), IsPlain: true, line, column);
        }
    }

    // Consoles write a node in one line, so this looks at nothing most of the time.
    private static (long Line, long Column) PlaceOf(ReadOnlySpan<byte> utf8, int index)
    {
        ReadOnlySpan<byte> before = utf8[..index];
        int newLine = before.LastIndexOf((byte)'\n');
        return (newLine < 0 ? 1 : 1 + before.Count((byte)'\n'), index - newLine);
    }
}
