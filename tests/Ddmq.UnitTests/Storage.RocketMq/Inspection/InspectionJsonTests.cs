using System.Text;
using Ddmq.Storage.RocketMq.Inspection;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq.Inspection;

/// <summary>What name servers and brokers tell of themselves, in both dialects of JSON.</summary>
public sealed class InspectionJsonTests
{
    [Theory]
    [InlineData("""{"brokerAddrTable":{"a":{"brokerAddrs":{0:"10.0.0.1:10911",1:"10.0.0.2:10911"},"brokerName":"a"},"b":{"brokerAddrs":{1:"10.0.0.3:10911"}}}}""")]
    [InlineData("""{"brokerAddrTable":{"a":{"brokerAddrs":{"0":"10.0.0.1:10911"}},"b":{"brokerAddrs":{}},"x":{}},"clusterAddrTable":{"C":["a"]}}""")]
    public void ClusterInfo_BothDialects_GiveTheMasters(string json)
    {
        IReadOnlyDictionary<string, string?> masters = ClusterInfoJson.TryParse(Encoding.UTF8.GetBytes(json))!;

        Assert.Equal("10.0.0.1:10911", masters["a"]);
        Assert.Null(masters["b"]);
    }

    [Theory]
    [InlineData("{}", 0)]
    [InlineData("""{"brokerAddrTable":[]}""", 0)]
    [InlineData("[]", null)]
    [InlineData("{", null)]
    [InlineData("", null)]
    public void ClusterInfo_WithoutBrokersOrNotJson_IsEmptyOrNull(string json, int? expected) =>
        Assert.Equal(expected, ClusterInfoJson.TryParse(Encoding.UTF8.GetBytes(json))?.Count);

    [Fact]
    public void RuntimeInfo_OfABroker_GivesVersionAndTime()
    {
        (string? version, DateTimeOffset? time) = RuntimeInfoJson.Parse(
            """{"table":{"bootTimestamp":"1700000000000","runtime":"[ 1 days, 2 hours, 3 minutes, 4 seconds ]","brokerVersionDesc":"V4_9_7"}}"""u8);

        Assert.Equal("V4_9_7", version);
        Assert.Equal(1_700_000_000_000L + (((((24 + 2) * 60) + 3) * 60) + 4) * 1000L + 500, time!.Value.ToUnixTimeMilliseconds());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"table":{}}""")]
    [InlineData("""{"table":{"bootTimestamp":"x","runtime":"[ 1 days, 2 hours, 3 minutes, 4 seconds ]"}}""")]
    [InlineData("""{"table":{"bootTimestamp":"1700000000000","runtime":"long"}}""")]
    [InlineData("""{"table":{"bootTimestamp":"99999999999999999","runtime":"[ 1 days, 2 hours, 3 minutes, 4 seconds ]"}}""")]
    [InlineData("not json")]
    public void RuntimeInfo_WithoutTimes_GivesNone(string json) => Assert.Null(RuntimeInfoJson.Parse(Encoding.UTF8.GetBytes(json)).Time);
}
