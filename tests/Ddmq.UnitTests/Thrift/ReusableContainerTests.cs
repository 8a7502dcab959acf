using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Xunit;

namespace Ddmq.UnitTests.Thrift;

public class ReusableContainerTests
{
    [Fact]
    public void List_Cleared_HandsOutTheSameElementsAtTheirDefaults()
    {
        var list = new ThriftList<Message>();
        Message first = list.Add();
        first.Topic = ThriftText.Utf8("t");
        first.PartitionId = 7;

        list.Clear();

        Assert.Equal(0, list.Count);
        Assert.Same(first, list.Add());
        Assert.Null(first.Topic);
        Assert.Equal(-1, first.PartitionId);
    }

    [Fact]
    public void List_ClearedAfterManyElements_KeepsTwoHundredAndFiftySix()
    {
        var list = new ThriftList<Message>();
        Message[] elements = [.. Enumerable.Range(0, 1000).Select(_ => list.Add())];

        list.Clear();

        for (int i = 0; i < 256; i++)
        {
            Assert.Same(elements[i], list.Add());
        }

        Assert.DoesNotContain(list.Add(), elements);
    }

    [Fact]
    public void List_ReadBeyondItsEnd_Throws()
    {
        var list = new ThriftList<Message>();
        list.Add();
        list.Clear();

        Assert.Throws<ArgumentOutOfRangeException>(() => list[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => list[-1]);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1000)]
    public void Map_FilledAndCleared_KeepsOrderAndForgetsAll(int count)
    {
        var map = new ThriftMap();
        for (int i = 0; i < count; i++)
        {
            map.Add(ThriftText.Utf8($"k{i}"), ThriftText.Utf8($"v{i}"));
        }

        Assert.Equal(count, map.Count);
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"k{i}=v{i}"),
            map.Entries.ToArray().Select(entry => $"{entry.Key.ToText()}={entry.Value.ToText()}"));

        map.Clear();

        Assert.Equal(0, map.Count);
        Assert.Throws<IndexOutOfRangeException>(() => map[0]);
    }

    [Fact]
    public void Map_KeySentTwice_IsThereTwice()
    {
        byte[] bytes = Convert.FromHexString("0b12" + "02" + "88" + "0161" + "0131" + "0161" + "0132" + "00");

        Message read = Codec.DecodeStruct<Message>(ThriftProtocol.Compact, bytes);

        Assert.Equal(["1", "2"], read.Properties!.Entries.ToArray().Select(entry => entry.Value.ToText()));
    }
}
