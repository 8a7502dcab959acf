using System.Buffers.Binary;

namespace Ddmq.Storage.RocksDb.Format;

/// <summary>
/// The keys of the store. Numbers are big-endian, so that RocksDB's byte order is their order and a partition's records lie one
/// after another.
/// <code>
/// key      = format | topic | head | record
/// format   = %x00 "format"                      ; value: u32 version of everything below
/// topic    = %x01 name                          ; name: UTF-8. value: see TopicValue
/// head     = %x02 partition-id                  ; value: see HeadValue. Absent until retention first cuts the partition
/// record   = %x03 partition-id offset           ; value: see RecordCodec
/// partition-id = u32   offset = u64
/// </code>
/// A topic's partitions have consecutive ids, given out once in the store's life.
/// </summary>
internal static class StoreKeys
{
    /// <summary>What this code reads and writes. Raised when an older program could not read the result.</summary>
    public const uint FormatVersion = 1;

    /// <summary>Length of a head's key.</summary>
    public const int HeadLength = 1 + sizeof(uint);

    /// <summary>Length of a key that lies before every record of a partition, and behind those of the one before.</summary>
    public const int PartitionLength = 1 + sizeof(uint);

    /// <summary>Length of a record's key.</summary>
    public const int RecordLength = 1 + sizeof(uint) + sizeof(ulong);

    public const byte TopicPrefix = 1;
    public const byte HeadPrefix = 2;
    public const byte RecordPrefix = 3;

    /// <summary>The key of the format version.</summary>
    public static ReadOnlySpan<byte> Format => "\0format"u8;

    public static void WriteHead(Span<byte> key, uint partitionId)
    {
        key[0] = HeadPrefix;
        BinaryPrimitives.WriteUInt32BigEndian(key[1..], partitionId);
    }

    public static void WritePartition(Span<byte> key, uint partitionId)
    {
        key[0] = RecordPrefix;
        BinaryPrimitives.WriteUInt32BigEndian(key[1..], partitionId);
    }

    public static void WriteRecord(Span<byte> key, uint partitionId, long offset)
    {
        key[0] = RecordPrefix;
        BinaryPrimitives.WriteUInt32BigEndian(key[1..], partitionId);
        BinaryPrimitives.WriteInt64BigEndian(key[5..], offset);
    }

    /// <summary>The offset in a record's key, when the key is a record of that partition.</summary>
    public static bool TryReadOffset(ReadOnlySpan<byte> key, uint partitionId, out long offset)
    {
        if (key.Length == RecordLength && key[0] == RecordPrefix && BinaryPrimitives.ReadUInt32BigEndian(key[1..]) == partitionId)
        {
            offset = BinaryPrimitives.ReadInt64BigEndian(key[5..]);
            return true;
        }

        offset = -1;
        return false;
    }
}
