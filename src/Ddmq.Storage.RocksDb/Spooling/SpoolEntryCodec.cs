using System.Buffers.Binary;
using System.Numerics;
using Ddmq.Core.Messages;
using Ddmq.Core.Spooling;
using Ddmq.Storage.RocksDb.Format;

namespace Ddmq.Storage.RocksDb.Spooling;

/// <summary>
/// An entry of the spool: everything that is needed to send a message as it would have been sent. It is the body of a record of the store;
/// topic and cluster are the name of the record's topic there, the lane is its partition.
/// <code>
/// entry        = version checksum flags attempts partition-id hash-id message-key spooled-ms origin record
/// version      = %x01
/// checksum     = u32le                    ; CRC-32C of everything behind it
/// flags        = u8                       ; bit 0: it may be stored already; the others 0
/// attempts     = u16le                    ; those made before it was spooled
/// partition-id = i32le   hash-id = i64le   message-key = i64le   spooled-ms = i64le
/// origin       = u8 *OCTET                ; whose message-key it is: the length, then that many
/// record       = see RecordCodec          ; key, tags, properties, body, born-ms; its position is 0
/// </code>
/// </summary>
internal static class SpoolEntryCodec
{
    /// <summary>The entry version this code writes, and the only one it reads.</summary>
    public const byte Version = 1;

    private const byte MayBeStored = 1;
    private const int ChecksumAt = 1;
    private const int CheckedFrom = ChecksumAt + sizeof(uint);
    private const int OriginAt = CheckedFrom + 1 + sizeof(ushort) + sizeof(int) + (3 * sizeof(long));

    /// <summary>The entry of a message. The bytes are the caller's.</summary>
    public static byte[] Write(SendRequest request, bool mayBeStored, long spooledUnixMs)
    {
        ReadOnlySpan<byte> origin = request.MessageKeyOrigin.Span;
        int recordAt = OriginAt + 1 + origin.Length;
        int preludeLength = RecordCodec.PreludeLength(request);
        byte[] entry = new byte[recordAt + preludeLength + request.Body.Length];
        entry[0] = Version;
        Span<byte> to = entry.AsSpan(CheckedFrom);
        to[0] = mayBeStored ? MayBeStored : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(to[1..], (ushort)Math.Min(ushort.MaxValue, AttemptsMade(request)));
        BinaryPrimitives.WriteInt32LittleEndian(to[3..], request.PartitionId);
        BinaryPrimitives.WriteInt64LittleEndian(to[7..], request.HashId);
        BinaryPrimitives.WriteInt64LittleEndian(to[15..], request.MessageKey);
        BinaryPrimitives.WriteInt64LittleEndian(to[23..], spooledUnixMs);
        entry[OriginAt] = (byte)origin.Length;
        origin.CopyTo(entry.AsSpan(OriginAt + 1));
        RecordCodec.WritePrelude(entry.AsSpan(recordAt), new RecordHeader(0, spooledUnixMs, request.ReceivedUnixMs), request);
        request.Body.Span.CopyTo(entry.AsSpan(recordAt + preludeLength));
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(ChecksumAt), Checksum(entry.AsSpan(CheckedFrom)));
        return entry;
    }

    /// <summary>Reads an entry; what is not one comes back as damaged. The message's parts are slices of <paramref name="entry"/>.</summary>
    /// <param name="entry">The bytes.</param>
    /// <param name="offset">Its place in its lane.</param>
    /// <param name="bytes">Its size on the disk.</param>
    public static SpooledMessage Read(ReadOnlyMemory<byte> entry, long offset, int bytes)
    {
        ReadOnlySpan<byte> span = entry.Span;
        if (span.Length <= OriginAt)
        {
            return Damaged(entry, offset, bytes, "it is cut off");
        }

        if (span[0] != Version)
        {
            return Damaged(entry, offset, bytes, $"it has version {span[0]}, this program reads {Version}");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(span[ChecksumAt..]) != Checksum(span[CheckedFrom..]))
        {
            return Damaged(entry, offset, bytes, "its checksum is wrong");
        }

        int recordAt = OriginAt + 1 + span[OriginAt];
        if (recordAt > span.Length || !RecordCodec.TryRead(entry[recordAt..], 0, offset, out StoredMessage? message))
        {
            return Damaged(entry, offset, bytes, "its message is malformed");
        }

        ReadOnlySpan<byte> from = span[CheckedFrom..];
        var request = new SendRequest
        {
            Method = SendMethod.Async,
            Key = message.Key,
            Tags = message.Tags,
            Body = message.Body,
            ReceivedUnixMs = message.BornUnixMs,
            Attempt = BinaryPrimitives.ReadUInt16LittleEndian(from[1..]),
            PartitionId = BinaryPrimitives.ReadInt32LittleEndian(from[3..]),
            HashId = BinaryPrimitives.ReadInt64LittleEndian(from[7..]),
            MessageKey = BinaryPrimitives.ReadInt64LittleEndian(from[15..]),
            MessageKeyOrigin = entry.Slice(OriginAt + 1, span[OriginAt]),
        };
        foreach (MessageProperty property in message.Properties)
        {
            request.AddProperty(property.Name, property.Value);
        }

        return new SpooledMessage
        {
            Offset = offset,
            Bytes = bytes,
            Request = request,
            SpooledUnixMs = BinaryPrimitives.ReadInt64LittleEndian(from[23..]),
            MayBeStored = (from[0] & MayBeStored) != 0,
        };
    }

    /// <summary>An entry that cannot be read.</summary>
    public static SpooledMessage Damaged(ReadOnlyMemory<byte> bytesThere, long offset, int bytes, string what) => new()
    {
        Offset = offset,
        Bytes = bytes,
        Damage = $"the entry is damaged: {what}",
        Raw = bytesThere,
    };

    // A message that an adapter has given a key, or that a deadline has answered, was tried; one that was put behind others at once was not.
    private static int AttemptsMade(SendRequest request) =>
        request.Attempt > 0 || request.MessageKey != 0 || request.IsAbandoned ? request.Attempt + 1 : 0;

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte rest in bytes)
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return ~crc;
    }
}
