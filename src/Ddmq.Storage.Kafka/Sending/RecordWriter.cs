using Confluent.Kafka;
using Ddmq.Core.Messages;
using Ddmq.Storage.Kafka.Native;

namespace Ddmq.Storage.Kafka.Sending;

/// <summary>
/// How a message lies in Kafka:
/// <list type="bullet">
/// <item>key: the message's key; null when it has none, which is not the same as an empty one;</item>
/// <item>value: the body; an empty one is empty, and not null, which would delete in compacted topics;</item>
/// <item>headers: <see cref="TagsHeader"/> with the tags when there are any, empty ones included; then each property under its own name,
/// in the order sent, duplicates kept. No property can be called <see cref="TagsHeader"/>: the name is reserved
/// (<see cref="Core.Pipeline.MessageRules.ReservedPropertyNames"/>);</item>
/// <item>timestamp: when this proxy had received the message.</item>
/// </list>
/// librdkafka copies everything before the call returns; here nothing is copied or allocated.
/// </summary>
internal static unsafe class RecordWriter
{
    private const int MostArguments = 8;

    // The address of something that is empty and yet not null.
    private static ReadOnlySpan<byte> Somewhere => "\0"u8;

    private static ReadOnlySpan<byte> TagsHeader => "TAGS"u8;

    /// <summary>Hands a message to librdkafka.</summary>
    /// <param name="client">The producer's native handle.</param>
    /// <param name="topic">The topic's native handle.</param>
    /// <param name="partition">The partition's number.</param>
    /// <param name="request">The message.</param>
    /// <param name="opaque">What its delivery report brings back.</param>
    /// <returns>librdkafka's error; 0 when it has taken the message.</returns>
    public static int Produce(nint client, nint topic, int partition, SendRequest request, nint opaque)
    {
        nint headers = 0;
        if (request.Tags is not null || !request.Properties.IsEmpty)
        {
            int code = Headers(request, out headers);
            if (code != 0)
            {
                return code;
            }
        }

        nint error;
        RdKafka.Argument* arguments = stackalloc RdKafka.Argument[MostArguments];
        fixed (byte* value = Bytes(request.Body.Span), key = Bytes(request.Key.GetValueOrDefault().Span))
        {
            int count = 0;
            arguments[count++] = new() { Kind = RdKafka.ArgumentKind.Topic, Pointer = topic };
            arguments[count++] = new() { Kind = RdKafka.ArgumentKind.Partition, Int32 = partition };
            arguments[count++] = new() { Kind = RdKafka.ArgumentKind.Flags, Int32 = RdKafka.CopyFlag };
            arguments[count++] = new() { Kind = RdKafka.ArgumentKind.Timestamp, Int64 = Math.Max(0, request.ReceivedUnixMs) };
            arguments[count++] = new() { Kind = RdKafka.ArgumentKind.Opaque, Pointer = opaque };
            arguments[count++] = new() { Kind = RdKafka.ArgumentKind.Value, Pointer = (nint)value, Size = (nuint)request.Body.Length };
            if (request.Key is { } some)
            {
                arguments[count++] = new() { Kind = RdKafka.ArgumentKind.Key, Pointer = (nint)key, Size = (nuint)some.Length };
            }

            if (headers != 0)
            {
                arguments[count++] = new() { Kind = RdKafka.ArgumentKind.Headers, Pointer = headers };
            }

            error = RdKafka.Produce(client, arguments, (nuint)count);
        }

        if (error == 0)
        {
            return 0;
        }

        // Headers are the client's only with the message.
        if (headers != 0)
        {
            RdKafka.HeadersDestroy(headers);
        }

        int result = RdKafka.ErrorCodeOf(error);
        RdKafka.ErrorDestroy(error);
        return result;
    }

    private static int Headers(SendRequest request, out nint headers)
    {
        headers = RdKafka.HeadersNew((nuint)(request.Properties.Length + 1));
        int code = request.Tags is { } tags ? Add(headers, TagsHeader, tags.Span) : 0;
        foreach (ref readonly MessageProperty property in request.Properties)
        {
            if (code == 0)
            {
                code = Add(headers, property.Name.Span, property.Value.Span);
            }
        }

        if (code != 0)
        {
            RdKafka.HeadersDestroy(headers);
            headers = 0;
        }

        return code;
    }

    private static int Add(nint headers, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        fixed (byte* nameBytes = Bytes(name), valueBytes = Bytes(value))
        {
            return RdKafka.HeaderAdd(headers, nameBytes, name.Length, valueBytes, value.Length);
        }
    }

    private static ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? Somewhere : bytes;
}
