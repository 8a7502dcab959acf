using System.Buffers;
using Ddmq.Core.Messages;
using Ddmq.Storage.RocketMq.Remoting;

namespace Ddmq.Storage.RocketMq.Sending;

/// <summary>
/// A message's properties as RocketMQ stores them: <c>name 1 value 2 name 1 value 2 ...</c> in UTF-8. Ours come first: TAGS and KEYS unless
/// empty, WAIT=true, UNIQ_KEY; then the producer's in its order. In a batch the header carries WAIT for all. Source: MessageDecoder.
/// </summary>
internal static class PropertyString
{
    /// <summary>
    /// The longest string, in bytes. A record's length field ends at 32,767 and the broker adds its own properties; a batch record over it
    /// jams the whole broker, so nothing longer leaves this process.
    /// </summary>
    public const int MaxBytes = 32_000;

    private const byte NameEnd = 1;
    private const byte ValueEnd = 2;
    private const int SeparatorBytes = 2;

    private static readonly SearchValues<byte> Separators = SearchValues.Create(NameEnd, ValueEnd);

    // What the broker reads from each record of a batch or only from the batch: DELAY is stored without effect, a half message becomes an
    // ordinary one, timers never fire.
    private static readonly byte[][] NotInBatches =
    [
        "DELAY"u8.ToArray(), "TRAN_MSG"u8.ToArray(), "TIMER_DELIVER_MS"u8.ToArray(), "TIMER_DELAY_SEC"u8.ToArray(),
        "TIMER_DELAY_MS"u8.ToArray(), "PGROUP"u8.ToArray(), "WAIT"u8.ToArray(),
    ];

    /// <summary>The batch header's own properties.</summary>
    public static ReadOnlySpan<byte> OfBatch => "WAIT\u0001true\u0002"u8;

    /// <summary>Checks the parts and measures the string of a single send.</summary>
    /// <param name="request">The message.</param>
    /// <param name="length">The string's length in bytes.</param>
    /// <param name="canBatch">Whether each property means in a batch what it means alone.</param>
    /// <returns>Null when all is well, else what is wrong.</returns>
    public static string? Check(SendRequest request, out int length, out bool canBatch)
    {
        ReadOnlySpan<byte> key = request.Key.GetValueOrDefault().Span;
        ReadOnlySpan<byte> tags = request.Tags.GetValueOrDefault().Span;
        canBatch = true;
        length = OfBatch.Length + "UNIQ_KEY"u8.Length + UniqueKey.Length + SeparatorBytes
            + (key.IsEmpty ? 0 : "KEYS"u8.Length + key.Length + SeparatorBytes)
            + (tags.IsEmpty ? 0 : "TAGS"u8.Length + tags.Length + SeparatorBytes);
        if (key.ContainsAny(Separators) || tags.ContainsAny(Separators))
        {
            return "key or tags contain the control character 1 or 2, which separates properties";
        }

        foreach (ref readonly MessageProperty property in request.Properties)
        {
            ReadOnlySpan<byte> name = property.Name.Span;
            ReadOnlySpan<byte> value = property.Value.Span;
            if (name.IsEmpty || value.IsEmpty)
            {
                return "a property's name or value is empty, which RocketMQ does not keep";
            }

            if (name.ContainsAny(Separators) || value.ContainsAny(Separators))
            {
                return "a property contains the control character 1 or 2, which separates properties";
            }

            length += name.Length + value.Length + SeparatorBytes;
            canBatch = canBatch && !IsIgnoredInBatches(name);
        }

        return length > MaxBytes
            ? $"properties, key and tags take {length} bytes as RocketMQ stores them, at most {MaxBytes} are allowed"
            : null;
    }

    /// <summary>The string's length in a batch record, where WAIT is left out.</summary>
    public static int LengthInBatch(int length) => length - OfBatch.Length;

    /// <summary>Writes the string as the value of a header's field.</summary>
    public static void WriteText(ref RequestWriter writer, SendRequest request, long uniqueKey)
    {
        Text(ref writer, "TAGS"u8, request.Tags.GetValueOrDefault().Span);
        Text(ref writer, "KEYS"u8, request.Key.GetValueOrDefault().Span);
        writer.Text(OfBatch);
        Span<byte> key = stackalloc byte[UniqueKey.Length];
        UniqueKey.Write(uniqueKey, request.MessageKeyOrigin.Span, key);
        Text(ref writer, "UNIQ_KEY"u8, key);
        foreach (ref readonly MessageProperty property in request.Properties)
        {
            Text(ref writer, property.Name.Span, property.Value.Span);
        }
    }

    /// <summary>Writes the string into a batch record, which is part of the body.</summary>
    public static void WriteBytes(ref RequestWriter writer, SendRequest request, long uniqueKey)
    {
        Bytes(ref writer, "TAGS"u8, request.Tags.GetValueOrDefault().Span);
        Bytes(ref writer, "KEYS"u8, request.Key.GetValueOrDefault().Span);
        Span<byte> key = stackalloc byte[UniqueKey.Length];
        UniqueKey.Write(uniqueKey, request.MessageKeyOrigin.Span, key);
        Bytes(ref writer, "UNIQ_KEY"u8, key);
        foreach (ref readonly MessageProperty property in request.Properties)
        {
            Bytes(ref writer, property.Name.Span, property.Value.Span);
        }
    }

    private static void Text(ref RequestWriter writer, scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            writer.Text(name);
            writer.Text([NameEnd]);
            writer.Text(value);
            writer.Text([ValueEnd]);
        }
    }

    private static void Bytes(ref RequestWriter writer, scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            writer.Write(name);
            writer.Write([NameEnd]);
            writer.Write(value);
            writer.Write([ValueEnd]);
        }
    }

    private static bool IsIgnoredInBatches(ReadOnlySpan<byte> name)
    {
        foreach (byte[] candidate in NotInBatches)
        {
            if (name.SequenceEqual(candidate))
            {
                return true;
            }
        }

        return false;
    }
}
