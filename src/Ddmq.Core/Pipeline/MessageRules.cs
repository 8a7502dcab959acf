using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Ddmq.Core.Messages;
using Ddmq.Core.Topics;

namespace Ddmq.Core.Pipeline;

/// <summary>
/// What a message must look like, on every path. Lengths are UTF-16 code units, as the original (Java) counts them.
/// A message that keeps the rules costs no allocation. Pure functions; thread-safe.
/// </summary>
public static class MessageRules
{
    /// <summary>The longest key, in UTF-16 code units.</summary>
    public const int MaxKeyLength = 255;

    /// <summary>The longest tags, in UTF-16 code units.</summary>
    public const int MaxTagsLength = 255;

    /// <summary>
    /// The largest property list a RocketMQ record holds, in bytes: its length is a signed 16-bit number. Key, tags and
    /// the broker's own properties are in the same list, each with two separator bytes.
    /// </summary>
    public const int MaxPropertiesBytes = short.MaxValue;

    // KEYS, TAGS, WAIT=true and UNIQ_KEY=<32 hex digits>, each with its two separators.
    private const int OwnPropertiesBytes = 6 + 6 + 10 + 42;

    private static readonly SearchValues<byte> RecordSeparators = SearchValues.Create(1, 2);

    private static readonly byte[][] Reserved =
    [
        .. new[]
        {
            "TRACE_ON", "MSG_REGION", "KEYS", "TAGS", "WAIT", "DELAY", "RETRY_TOPIC", "REAL_TOPIC", "REAL_QID", "TRAN_MSG", "PGROUP",
            "MIN_OFFSET", "MAX_OFFSET", "BUYER_ID", "ORIGIN_MESSAGE_ID", "TRANSFER_FLAG", "CORRECTION_FLAG", "MQ2_FLAG",
            "RECONSUME_TIME", "UNIQ_KEY", "MAX_RECONSUME_TIMES", "CONSUME_START_TIME",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> ReservedNames =
        new HashSet<byte[]>(Reserved, Utf8NameComparer.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>The names a producer may not use for a property: they are the broker's own.</summary>
    public static IEnumerable<string> ReservedPropertyNames => Reserved.Select(Encoding.UTF8.GetString);

    /// <summary>Why a producer's message to an inner topic is refused.</summary>
    internal const string InnerTopicRefused = "topics of the delay service take no messages from producers";

    /// <summary>Whether the message names one of the delay service's own topics.</summary>
    internal static bool IsInnerTopic(SendRequest request) =>
        request.Catalog.InnerTopicPrefix is { IsEmpty: false } prefix && request.TopicName.GetValueOrDefault().Span.StartsWith(prefix.Span);

    /// <summary>The first rule that <paramref name="request"/> breaks and what would be right, or null when it keeps them all.</summary>
    public static string? FindBroken(SendRequest request) =>
        FindBrokenTopic(request)
        ?? FindBrokenText("key", request.Key, MaxKeyLength)
        ?? FindBrokenText("tags", request.Tags, MaxTagsLength)
        ?? FindBrokenProperties(request)
        ?? FindBrokenBody(request);

    private static string? FindBrokenTopic(SendRequest request)
    {
        if (request.TopicName is not { IsEmpty: false } name)
        {
            return "topic is missing or empty";
        }

        if (!Utf8.IsValid(name.Span))
        {
            return "topic is not valid UTF-8";
        }

        return request.Method != SendMethod.DelaySync && IsInnerTopic(request) ? InnerTopicRefused : null;
    }

    private static string? FindBrokenText(string field, ReadOnlyMemory<byte>? text, int maxLength)
    {
        if (text is not { IsEmpty: false } given)
        {
            return null;
        }

        ReadOnlySpan<byte> utf8 = given.Span;
        if (!Utf8.IsValid(utf8))
        {
            return $"{field} is not valid UTF-8";
        }

        if (utf8.Length > maxLength && Encoding.UTF8.GetCharCount(utf8) is int length && length > maxLength)
        {
            return $"{field} has {length} characters, at most {maxLength} are allowed";
        }

        return utf8.ContainsAny(RecordSeparators) ? $"{field} contains the control character 1 or 2, which separates properties" : null;
    }

    private static string? FindBrokenProperties(SendRequest request)
    {
        int total = OwnPropertiesBytes + (request.Key?.Length ?? 0) + (request.Tags?.Length ?? 0);
        ReadOnlySpan<MessageProperty> properties = request.Properties;
        foreach (MessageProperty property in properties)
        {
            ReadOnlySpan<byte> name = property.Name.Span;
            ReadOnlySpan<byte> value = property.Value.Span;
            if (!Utf8.IsValid(name) || !Utf8.IsValid(value))
            {
                return "a property's name or value is not valid UTF-8";
            }

            if (IsBlank(name))
            {
                return "a property's name is empty or blank";
            }

            if (ReservedNames.Contains(name))
            {
                return $"property name {Encoding.UTF8.GetString(name)} is reserved";
            }

            if (IsBlank(value))
            {
                return $"the value of property {Shorten(name)} is empty or blank";
            }

            if (name.ContainsAny(RecordSeparators) || value.ContainsAny(RecordSeparators))
            {
                return "a property contains the control character 1 or 2, which separates properties";
            }

            total += name.Length + value.Length + 2;
        }

        return total > MaxPropertiesBytes && request.Properties.Length > 0
            ? $"properties, key and tags take {total} bytes, at most {MaxPropertiesBytes} are allowed"
            : null;
    }

    private static string? FindBrokenBody(SendRequest request)
    {
        int maxSize = request.Topic?.MaxMessageSize ?? Topic.DefaultMaxMessageSize;
        return request.Body.Length switch
        {
            0 => "body is missing or empty",
            int size when size > maxSize => $"body has {size} bytes, at most {maxSize} are allowed",
            _ => null,
        };
    }

    /// <summary>Java's Character.isWhitespace for every character: no-break spaces do not count, the four separators below 32 do.</summary>
    private static bool IsBlank(ReadOnlySpan<byte> utf8)
    {
        while (!utf8.IsEmpty)
        {
            byte first = utf8[0];
            if (first < 0x80)
            {
                if (first is not (0x20 or (>= 0x09 and <= 0x0D) or (>= 0x1C and <= 0x1F)))
                {
                    return false;
                }

                utf8 = utf8[1..];
                continue;
            }

            Rune.DecodeFromUtf8(utf8, out Rune rune, out int consumed);
            if (rune.Value is 0xA0 or 0x2007 or 0x202F or 0x85 || !Rune.IsWhiteSpace(rune))
            {
                return false;
            }

            utf8 = utf8[consumed..];
        }

        return true;
    }

    private static string Shorten(ReadOnlySpan<byte> name)
    {
        const int MaxShown = 64;
        string text = Encoding.UTF8.GetString(name);
        return text.Length <= MaxShown ? text : string.Concat(text.AsSpan(0, MaxShown), "...");
    }
}
