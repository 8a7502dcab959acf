using System.Buffers.Binary;

namespace Ddmq.Storage.RocksDb.Format;

/// <summary>
/// What is stored about a topic.
/// <code>value = first-partition-id:u32be partition-count:u32be</code>
/// </summary>
internal readonly record struct TopicValue(uint FirstPartitionId, int PartitionCount)
{
    public const int Length = 2 * sizeof(uint);

    public void Write(Span<byte> value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(value, FirstPartitionId);
        BinaryPrimitives.WriteInt32BigEndian(value[4..], PartitionCount);
    }

    public static bool TryRead(ReadOnlySpan<byte> value, out TopicValue topic)
    {
        if (value.Length != Length)
        {
            topic = default;
            return false;
        }

        topic = new TopicValue(BinaryPrimitives.ReadUInt32BigEndian(value), BinaryPrimitives.ReadInt32BigEndian(value[4..]));
        return topic.PartitionCount is > 0 and <= RocksDbStoreOptions.MaxPartitions;
    }
}
