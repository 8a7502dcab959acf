using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using Ddmq.Core.Messages;
using Ddmq.Core.Topics;

namespace Ddmq.Storage.Kafka.Sending;

/// <summary>
/// How a message lies in Kafka:
/// <list type="bullet">
/// <item>key: the message's key; null when it has none, which is not the same as an empty one;</item>
/// <item>value: the body;</item>
/// <item>headers: <see cref="TagsHeader"/> with the tags when there are any, empty ones included; then each property under its own name,
/// in the order sent, duplicates kept. No property can be called <see cref="TagsHeader"/>: the name is reserved
/// (<see cref="Core.Pipeline.MessageRules.ReservedPropertyNames"/>);</item>
/// <item>timestamp: when this proxy had received the message.</item>
/// </list>
/// Thread-safe.
/// </summary>
internal sealed class RecordWriter
{
    /// <summary>The header that carries the tags.</summary>
    public const string TagsHeader = "TAGS";

    // Property names repeat from message to message; a producer that makes them up is not to fill the memory.
    private const int MaxNames = 1024;

    private static readonly Headers NoHeaders = [];

    private readonly ConcurrentDictionary<byte[], string> _names = new(Utf8NameComparer.Instance);
    private readonly ConcurrentDictionary<byte[], string>.AlternateLookup<ReadOnlySpan<byte>> _namesByBytes;

    public RecordWriter() => _namesByBytes = _names.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>Fills the record. The client copies it when it takes it; <see cref="Clear"/> then drops our copy.</summary>
    public void Fill(Message<byte[]?, byte[]> record, SendRequest request)
    {
        record.Key = request.Key is { } key ? key.ToArray() : null;
        record.Value = request.Body.ToArray();
        record.Headers = Headers(request);
        record.Timestamp = request.ReceivedUnixMs > 0
            ? new Timestamp(request.ReceivedUnixMs, TimestampType.CreateTime)
            : Timestamp.Default;
    }

    /// <summary>Empties the record.</summary>
    public static void Clear(Message<byte[]?, byte[]> record)
    {
        record.Key = null;
        record.Value = [];
        record.Headers = NoHeaders;
    }

    private Headers Headers(SendRequest request)
    {
        if (request.Tags is null && request.Properties.IsEmpty)
        {
            return NoHeaders;
        }

        var headers = new Headers();
        if (request.Tags is { } tags)
        {
            headers.Add(TagsHeader, tags.ToArray());
        }

        foreach (MessageProperty property in request.Properties)
        {
            headers.Add(Name(property.Name.Span), property.Value.ToArray());
        }

        return headers;
    }

    private string Name(ReadOnlySpan<byte> utf8)
    {
        if (!_namesByBytes.TryGetValue(utf8, out string? name))
        {
            name = Encoding.UTF8.GetString(utf8);
            if (_names.Count < MaxNames)
            {
                _names.TryAdd(utf8.ToArray(), name);
            }
        }

        return name;
    }
}
