using System.Text;
using Ddmq.Storage.RocketMq.NameServers;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

public sealed class RouteJsonTests
{
    [Fact]
    public void TryParse_RouteOfALiveNameServer_GivesItsQueuesAndMasters()
    {
        RouteData? route = Parse(Vectors.RouteReplyBody);

        Assert.NotNull(route);
        Assert.Equal([new RouteQueues("broker-a", 6, 2)], route.Queues);
        Assert.Equal([KeyValuePair.Create("broker-a", "127.0.0.1:10911")], route.Masters);
        Assert.False(route.IsOrdered);
        Assert.Equal([("broker-a", 0), ("broker-a", 1)], route.PublishList());
    }

    [Theory]
    [InlineData("{0:\"m\",1:\"s\"}", "m")]
    [InlineData("{\"0\":\"m\",\"1\":\"s\"}", "m")]
    [InlineData("{ 1 : \"s\" , 0\t: \"m\" }", "m")]
    [InlineData("{10:\"x\",0:\"m\"}", "m")]
    [InlineData("{1:\"s\"}", null)]
    [InlineData("{}", null)]
    [InlineData("null", null)]
    public void TryParse_BrokerAddressesInEitherDialect_TakesTheMaster(string addresses, string? master)
    {
        RouteData? route = Parse(
            $$"""{"brokerDatas":[{"brokerAddrs":{{addresses}},"brokerName":"a","cluster":"c"}],"queueDatas":[{"brokerName":"a","perm":6,"writeQueueNums":1}]}""");

        Assert.NotNull(route);
        Assert.Equal(master, route.Masters.GetValueOrDefault("a"));
        Assert.Equal(master is null ? 0 : 1, route.PublishList().Count);
    }

    [Theory]
    [InlineData("{\"a\":\"{0:x,1:y\",\"b\":[1,2,3],\"c\":-1,\"d\":1.5}")]
    [InlineData("{\"a\\\"{0:\":{\"0\":\"x\"}}")]
    [InlineData("[0,1]")]
    [InlineData("{\"a\":\"\\\\\",\"0\":1}")]
    public void QuoteNumericKeys_StandardJson_IsLeftAlone(string json) =>
        Assert.Equal(json, Encoding.UTF8.GetString(RouteJson.QuoteNumericKeys(Encoding.UTF8.GetBytes(json))));

    [Fact]
    public void QuoteNumericKeys_BareKeysAtAnyDepth_AreQuoted() => Assert.Equal(
        """{"0":"a:1","12":{"3":[{"4":5},6]},"x":"{7:8}"}""",
        Encoding.UTF8.GetString(RouteJson.QuoteNumericKeys("""{0:"a:1",12:{3:[{4:5},6]},"x":"{7:8}"}"""u8)));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{0:}")]
    [InlineData("nonsense")]
    public void TryParse_NoRoute_GivesNull(string text) => Assert.Null(Parse(text));

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"queueDatas\":null,\"brokerDatas\":7}")]
    [InlineData("{\"queueDatas\":[null,{},{\"brokerName\":5}],\"brokerDatas\":[{\"brokerName\":\"a\"}]}")]
    public void TryParse_MembersMissingOrOfOtherKinds_AreLeftOut(string json)
    {
        RouteData? route = Parse(json);

        Assert.NotNull(route);
        Assert.Empty(route.PublishList());
    }

    [Fact]
    public void PublishList_SeveralBrokers_IsSortedByNameAndHasOnlyWritableMasters()
    {
        var masters = new Dictionary<string, string> { ["c"] = "c:1", ["a"] = "a:1", ["B"] = "b:1", ["readonly"] = "r:1" };
        var route = new RouteData(
            [
                new RouteQueues("c", 2, 1), new RouteQueues("a", 6, 2), new RouteQueues("no-master", 6, 4), new RouteQueues("readonly", 4, 4),
                new RouteQueues("B", 7, 1),
            ],
            masters,
            null);

        Assert.Equal([("B", 0), ("a", 0), ("a", 1), ("c", 0)], route.PublishList());
    }

    [Fact]
    public void PublishList_OrderTopic_IsTheConfiguredListWhateverTheQueuesSay()
    {
        var route = new RouteData([new RouteQueues("a", 4, 9)], new Dictionary<string, string>(), "b:2;a:1;;broken;c:x; d:1");

        Assert.True(route.IsOrdered);
        Assert.Equal([("b", 0), ("b", 1), ("a", 0), ("d", 0)], route.PublishList());
    }

    [Fact]
    public void TemplateList_MoreQueuesThanAreCreated_IsCut()
    {
        var masters = new Dictionary<string, string> { ["a"] = "a:1", ["b"] = "b:1" };
        var route = new RouteData([new RouteQueues("a", 7, 8), new RouteQueues("b", 7, 2)], masters, null);

        Assert.Equal([("a", 0), ("a", 1), ("a", 2), ("a", 3), ("b", 0), ("b", 1)], route.TemplateList(4));
    }

    [Fact]
    public void TryParse_BytesChangedAtRandom_NeverThrows()
    {
        byte[] original = Encoding.UTF8.GetBytes(Vectors.RouteReplyBody);
        var random = new Random(20261106);
        int parsed = 0;

        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = [.. original];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(32, 127);
            }

            if (RouteJson.TryParse(bytes) is { } route)
            {
                parsed++;
                _ = route.PublishList();
            }
        }

        Assert.InRange(parsed, 1, 19_999);
    }

    private static RouteData? Parse(string json) => RouteJson.TryParse(Encoding.UTF8.GetBytes(json));
}
