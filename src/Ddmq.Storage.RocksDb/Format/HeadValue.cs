using System.Buffers.Binary;

namespace Ddmq.Storage.RocksDb.Format;

/// <summary>
/// Where a partition begins after retention has cut it. When it holds no record at all, this is also where it goes on, so that
/// no offset is ever used twice.
/// <code>value = first-offset:u64be position:u64be last-store-ms:u64be</code>
/// </summary>
/// <param name="FirstOffset">The first offset that is not deleted.</param>
/// <param name="Position">Bytes of all records before it, since the partition's beginning.</param>
/// <param name="LastStoreUnixMs">A store time that no later record goes below.</param>
internal readonly record struct HeadValue(long FirstOffset, long Position, long LastStoreUnixMs)
{
    public const int Length = 3 * sizeof(long);

    public void Write(Span<byte> value)
    {
        BinaryPrimitives.WriteInt64BigEndian(value, FirstOffset);
        BinaryPrimitives.WriteInt64BigEndian(value[8..], Position);
        BinaryPrimitives.WriteInt64BigEndian(value[16..], LastStoreUnixMs);
    }

    public static bool TryRead(ReadOnlySpan<byte> value, out HeadValue head)
    {
        if (value.Length != Length)
        {
            head = default;
            return false;
        }

        head = new HeadValue(
            BinaryPrimitives.ReadInt64BigEndian(value),
            BinaryPrimitives.ReadInt64BigEndian(value[8..]),
            BinaryPrimitives.ReadInt64BigEndian(value[16..]));
        return head is { FirstOffset: >= 0, Position: >= 0 };
    }
}
