using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Ddmq.Core.Messages;

namespace Ddmq.Storage.RocksDb.Format;

/// <summary>
/// A message as it lies in the store. Everything before the body is called its prelude.
/// <code>
/// record     = version flags position store-ms born-ms [key] [tags] properties body
/// version    = %x01
/// flags      = u8                               ; bit 0: key follows, bit 1: tags follow; the others 0
/// position   = u64le   store-ms = u64le   born-ms = u64le   ; see RecordHeader
/// key        = bytes                            ; absent and empty are told apart by the flag
/// tags       = bytes
/// properties = varint *(name value)             ; the count, then that many
/// name       = bytes   value = bytes
/// bytes      = varint *OCTET                    ; the length, then that many
/// varint     = LEB128, unsigned, at most 5 bytes
/// body       = *OCTET                           ; to the end of the record
/// </code>
/// RocksDB keeps a checksum over each block and log record, so none is kept here.
/// </summary>
internal static class RecordCodec
{
    /// <summary>The record version this code writes, and the only one it reads.</summary>
    public const byte Version = 1;

    private const byte HasKey = 1;
    private const byte HasTags = 2;
    private const int FixedLength = 2 + (3 * sizeof(long));

    /// <summary>How many bytes <see cref="WritePrelude"/> writes for that message.</summary>
    public static int PreludeLength(SendRequest request)
    {
        int length = FixedLength + OptionalLength(request.Key) + OptionalLength(request.Tags);
        ReadOnlySpan<MessageProperty> properties = request.Properties;
        length += VarintLength(properties.Length);
        foreach (ref readonly MessageProperty property in properties)
        {
            length += BytesLength(property.Name.Length) + BytesLength(property.Value.Length);
        }

        return length;
    }

    /// <summary>Writes everything up to the body; <paramref name="destination"/> has at least <see cref="PreludeLength"/> bytes.</summary>
    /// <returns>The number of bytes written.</returns>
    public static int WritePrelude(Span<byte> destination, in RecordHeader header, SendRequest request)
    {
        destination[0] = Version;
        destination[1] = (byte)((request.Key.HasValue ? HasKey : 0) | (request.Tags.HasValue ? HasTags : 0));
        BinaryPrimitives.WriteInt64LittleEndian(destination[2..], header.Position);
        BinaryPrimitives.WriteInt64LittleEndian(destination[10..], header.StoreUnixMs);
        BinaryPrimitives.WriteInt64LittleEndian(destination[18..], header.BornUnixMs);
        int at = FixedLength;
        if (request.Key is { } key)
        {
            WriteBytes(destination, ref at, key.Span);
        }

        if (request.Tags is { } tags)
        {
            WriteBytes(destination, ref at, tags.Span);
        }

        ReadOnlySpan<MessageProperty> properties = request.Properties;
        WriteVarint(destination, ref at, (uint)properties.Length);
        foreach (ref readonly MessageProperty property in properties)
        {
            WriteBytes(destination, ref at, property.Name.Span);
            WriteBytes(destination, ref at, property.Value.Span);
        }

        return at;
    }

    /// <summary>Reads the fixed part; false when this is no record of <see cref="Version"/>.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> record, out RecordHeader header)
    {
        if (record.Length < FixedLength || record[0] != Version)
        {
            header = default;
            return false;
        }

        header = new RecordHeader(
            BinaryPrimitives.ReadInt64LittleEndian(record[2..]),
            BinaryPrimitives.ReadInt64LittleEndian(record[10..]),
            BinaryPrimitives.ReadInt64LittleEndian(record[18..]));
        return true;
    }

    /// <summary>Reads a whole record; the message's parts are slices of <paramref name="record"/>. False when it is malformed.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> record, int partition, long offset, [NotNullWhen(true)] out StoredMessage? message)
    {
        message = null;
        ReadOnlySpan<byte> span = record.Span;
        if (!TryReadHeader(span, out RecordHeader header))
        {
            return false;
        }

        byte flags = span[1];
        int at = FixedLength;
        ReadOnlyMemory<byte> key = default, tags = default;
        if ((flags & ~(HasKey | HasTags)) != 0
            || ((flags & HasKey) != 0 && !TryReadBytes(record, ref at, out key))
            || ((flags & HasTags) != 0 && !TryReadBytes(record, ref at, out tags))
            || !TryReadVarint(span, ref at, out uint count)
            || count > (uint)(span.Length - at) / 2)
        {
            return false;
        }

        var properties = new MessageProperty[count];
        for (int i = 0; i < properties.Length; i++)
        {
            if (!TryReadBytes(record, ref at, out ReadOnlyMemory<byte> name)
                || !TryReadBytes(record, ref at, out ReadOnlyMemory<byte> value))
            {
                return false;
            }

            properties[i] = new MessageProperty(name, value);
        }

        message = new StoredMessage
        {
            Partition = partition,
            Offset = offset,
            // The cast matters: a bare null would become an empty memory.
            Key = (flags & HasKey) != 0 ? key : (ReadOnlyMemory<byte>?)null,
            Tags = (flags & HasTags) != 0 ? tags : (ReadOnlyMemory<byte>?)null,
            Properties = properties,
            Body = record[at..],
            BornUnixMs = header.BornUnixMs,
            StoreUnixMs = header.StoreUnixMs,
        };
        return true;
    }

    private static int OptionalLength(ReadOnlyMemory<byte>? bytes) => bytes is { } present ? BytesLength(present.Length) : 0;

    private static int BytesLength(int length) => VarintLength(length) + length;

    private static int VarintLength(int value)
    {
        int length = 1;
        for (uint rest = (uint)value; rest >= 0x80; rest >>= 7)
        {
            length++;
        }

        return length;
    }

    private static void WriteBytes(Span<byte> destination, ref int at, ReadOnlySpan<byte> bytes)
    {
        WriteVarint(destination, ref at, (uint)bytes.Length);
        bytes.CopyTo(destination[at..]);
        at += bytes.Length;
    }

    private static void WriteVarint(Span<byte> destination, ref int at, uint value)
    {
        while (value >= 0x80)
        {
            destination[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[at++] = (byte)value;
    }

    private static bool TryReadBytes(ReadOnlyMemory<byte> record, ref int at, out ReadOnlyMemory<byte> bytes)
    {
        if (!TryReadVarint(record.Span, ref at, out uint length) || length > (uint)(record.Length - at))
        {
            bytes = default;
            return false;
        }

        bytes = record.Slice(at, (int)length);
        at += (int)length;
        return true;
    }

    private static bool TryReadVarint(ReadOnlySpan<byte> record, ref int at, out uint value)
    {
        ulong read = 0;
        for (int shift = 0; shift < 35 && at < record.Length; shift += 7)
        {
            byte next = record[at++];
            read |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                value = (uint)read;
                return read <= uint.MaxValue;
            }
        }

        value = 0;
        return false;
    }
}
