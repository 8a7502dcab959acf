using System.Text;
using Ddmq.TestKit.Brokers;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>The test kit's reader, which the store's end-to-end tests believe, against a record of a live broker.</summary>
public sealed class StoredRecordTests
{
    [Fact]
    public void Parse_RecordOfALiveBroker_GivesItsParts()
    {
        byte[] record = Convert.FromHexString(
            "0000006ddaa320a77a6c86f100000001" + "00000000000000000000000200000000" + "0081a241000000000000018bcfe56800" +
            "7f00000100009c3a000001a1ffacc5ce" + "7f00000100002a9f0000000000000000" + "00000000000000036f6e650856656354" + "6f7069630007544147530141" + "02");

        RocketMqStoredMessage message = Assert.Single(RocketMqRecords.Parse("broker-a", record));

        Assert.Equal((new RocketMqQueue("broker-a", 1), 2L, 0, 0), (message.Queue, message.Offset, message.Flag, message.SysFlag));
        Assert.Equal(1_700_000_000_000, message.BornTimestampMs);
        Assert.Equal("one", Encoding.UTF8.GetString(message.Body));
        Assert.Equal("A", Encoding.UTF8.GetString(message.Property("TAGS")!));
    }
}
