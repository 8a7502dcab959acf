using Ddmq.Storage.RocksDb.Format;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocksDb;

public sealed class StoreKeysTests
{
    [Fact]
    public void FormatVersion_IsFrozen()
    {
        // Stores on disks out there have it. Whoever raises it also reads the older ones, and adds a test for that.
        Assert.Equal(1u, StoreKeys.FormatVersion);
        Assert.Equal(1, RecordCodec.Version);
    }

    [Fact]
    public void WriteRecord_KnownPlace_HasTheBytesOfTheGrammar()
    {
        Assert.Equal("03" + "00010203" + "0000000405060708", Convert.ToHexString(Record(0x00010203, 0x0000000405060708)));
    }

    [Fact]
    public void Records_InByteOrder_AreInTheOrderOfPartitionAndOffset()
    {
        (uint, long)[] places = [(0, 0), (0, 1), (0, 255), (0, 256), (0, long.MaxValue), (1, 0), (255, 7), (256, 3), (uint.MaxValue, 0)];

        byte[][] keys = [.. places.Select(place => Record(place.Item1, place.Item2))];

        for (int i = 1; i < keys.Length; i++)
        {
            Assert.True(keys[i - 1].AsSpan().SequenceCompareTo(keys[i]) < 0, $"{places[i - 1]} and {places[i]}");
        }
    }

    [Fact]
    public void WritePartition_LiesBeforeItsRecordsAndBehindThoseBefore()
    {
        byte[] partition = new byte[StoreKeys.PartitionLength];
        StoreKeys.WritePartition(partition, 7);

        Assert.True(partition.AsSpan().SequenceCompareTo(Record(6, long.MaxValue)) > 0);
        Assert.True(partition.AsSpan().SequenceCompareTo(Record(7, 0)) < 0);
    }

    [Fact]
    public void TryReadOffset_OnlyOfThatPartitionsRecords()
    {
        Assert.True(StoreKeys.TryReadOffset(Record(7, 42), 7, out long offset));
        Assert.Equal(42, offset);
        Assert.False(StoreKeys.TryReadOffset(Record(7, 42), 8, out _));
        Assert.False(StoreKeys.TryReadOffset(Record(7, 42).AsSpan(0, 12), 7, out _));
        Assert.False(StoreKeys.TryReadOffset(StoreKeys.Format, 7, out _));
    }

    [Fact]
    public void HeadValueAndTopicValue_WrittenAndRead_AreTheSame()
    {
        var head = new HeadValue(5, 6_000_000_000, 1_767_607_200_123);
        byte[] headBytes = new byte[HeadValue.Length];
        head.Write(headBytes);
        var topic = new TopicValue(uint.MaxValue - 4, 4);
        byte[] topicBytes = new byte[TopicValue.Length];
        topic.Write(topicBytes);

        Assert.True(HeadValue.TryRead(headBytes, out HeadValue readHead));
        Assert.True(TopicValue.TryRead(topicBytes, out TopicValue readTopic));
        Assert.Equal((head, topic), (readHead, readTopic));
        Assert.False(HeadValue.TryRead(headBytes.AsSpan(1), out _));
        Assert.False(TopicValue.TryRead(topicBytes.AsSpan(1), out _));
        Assert.False(TopicValue.TryRead(new byte[TopicValue.Length], out _));
        Assert.False(HeadValue.TryRead([.. Enumerable.Repeat((byte)0xFF, HeadValue.Length)], out _));
    }

    private static byte[] Record(uint partitionId, long offset)
    {
        byte[] key = new byte[StoreKeys.RecordLength];
        StoreKeys.WriteRecord(key, partitionId, offset);
        return key;
    }
}
