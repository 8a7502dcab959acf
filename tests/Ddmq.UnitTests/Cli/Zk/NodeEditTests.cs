using System.Text;
using System.Text.Json.Nodes;
using Ddmq.Cli.Zk;
using Ddmq.Config.Nodes;
using Xunit;

namespace Ddmq.UnitTests.Cli.Zk;

/// <summary>Where a command does what the console did, the bytes are the console's.</summary>
public sealed class NodeEditTests
{
    private const string First = "127.0.0.1:9613";
    private const string Second = "127.0.0.1:9614";
    private const string Third = "127.0.0.1:9616";
    private const string Group = "P_ddmq";

    [Fact]
    public void CreateProxy_AsTheConsoleDid_GivesItsBytes()
    {
        JsonObject node = ConsoleDefaults.CreateProxy(First, Group, BrokerKind.RocketMq, "R_default", ["127.0.0.1:19876"]);

        Assert.Equal(ConsoleNode.Text("09-addPProxy__pproxy_127.0.0.1-9613.json"), Text(node));
    }

    [Fact]
    public void CreateProxy_Kafka_IsGoodAndHasNoRocketMq()
    {
        JsonObject node = ConsoleDefaults.CreateProxy(First, Group, BrokerKind.Kafka, "K_a", ["127.0.0.1:9092"]);

        NodeReading<ProxyNodeOptions> reading = NodeReader.ReadProxy(ConsoleJson.Write(node), "/pproxy/x", "embedded");
        Assert.Empty(reading.Errors);
        Assert.Equal((true, false), (reading.Value!.CarreraConfiguration.UseKafka, reading.Value.CarreraConfiguration.UseRocketmq));
        Assert.DoesNotContain("rocketmqConfigurationMap", Text(node));
    }

    [Theory]
    [InlineData("orders", false, 1000, "[\"ops\"]", "12-createTopic__topic_orders.json")]
    [InlineData("orders_later", true, 500, "[]", "14-createTopic__topic_orders_later.json")]
    [InlineData("R_test_chronos_inner_0", false, 3000, null, "15-createTopic__topic_R_test_chronos_inner_0.json")]
    public void CreateTopic_AsTheConsoleDid_GivesItsBytes(string name, bool isDelay, int tps, string? alarmGroup, string recorded)
    {
        TopicNode topic = TopicNode.Create(name, null);
        TopicUnit unit = TopicUnit.Create("R_default", tps);
        unit.Bind(Group, First);
        topic.Add(unit);
        topic.Document.Json.Put("delayTopic", isDelay);
        if (alarmGroup is not null)
        {
            topic.Document.Json.Put("alarmGroup", JsonNode.Parse(alarmGroup)!);
        }

        Assert.Equal(ConsoleNode.Text(recorded), ConsoleNode.Written(topic.Document));
    }

    [Fact]
    public void CreateTopic_ThreeProxies_HasTheConsolesOrderAndShares()
    {
        TopicNode topic = TopicNode.Create("clicks", null);
        TopicUnit unit = TopicUnit.Create("K_default", 800);
        foreach (string instance in new[] { First, Second, Third })
        {
            unit.Bind(Group, instance);
        }

        topic.Add(unit);
        topic.Document.Json.Put("alarmGroup", new JsonArray("ops"));

        Assert.Equal(ConsoleNode.Text("52-createTopic__topic_clicks.json"), ConsoleNode.Written(topic.Document));
    }

    [Fact]
    public void AddTopic_WhiteListOfTheConsole_GivesItsBytes()
    {
        ProxyNode proxy = Proxy(Third, "51-addPProxyByTopic__pproxy_127.0.0.1-9616.json");

        proxy.AddTopic("clicks");
        proxy.AddTopic("clicks");

        Assert.Equal(ConsoleNode.Text("52-createTopic__pproxy_127.0.0.1-9616.json"), ConsoleNode.Written(proxy.Document));
    }

    [Fact]
    public void BindAndUnbind_AsTheConsoleDid_GiveItsBytes()
    {
        TopicNode orders = ConsoleNode.Topic("orders", "20-editTopic__topic_orders.json");
        Assert.True(orders.Units[0].Bind(Group, Second));
        Assert.False(orders.Units[0].Bind(Group, Second));
        Assert.Equal(ConsoleNode.Text("21-addPProxyByTopic__topic_orders.json"), ConsoleNode.Written(orders.Document));

        TopicNode later = ConsoleNode.Topic("orders_later", "14-createTopic__topic_orders_later.json");
        Assert.True(later.Units[0].Unbind(First));
        Assert.False(later.Units[0].Unbind(First));
        Assert.Equal(ConsoleNode.Text("31-removePProxyByTopic__topic_orders_later.json"), ConsoleNode.Written(later.Document));

        later = ConsoleNode.Topic("orders_later", "31-removePProxyByTopic__topic_orders_later.json");
        later.Units[0].Bind(Group, First);
        Assert.Equal(ConsoleNode.Text("32-addPProxyByTopic__topic_orders_later.json"), ConsoleNode.Written(later.Document));
    }

    [Fact]
    public void Bind_UnitWithoutAnyProxy_IsFilledAsTheConsoleShould()
    {
        // Defect K3 of the original: a unit whose proxies are {} stays unbound for ever.
        TopicNode wide = ConsoleNode.Topic("wide", "54-createTopic__topic_wide.json");
        ProxyNode proxy = Proxy("127.0.0.1:9615", "55-addPProxyByTopic__pproxy_127.0.0.1-9615.json");

        Assert.True(Binding.Bind(wide, proxy, alsoOtherGroups: false));

        Assert.Equal(ConsoleNode.Text("57-editTopic__topic_wide.json"), ConsoleNode.Written(wide.Document));
        Assert.Contains("wide", proxy.Topics);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void UnitsFor_ProxyOfAnotherGroup_AreOnlyFoundWhenTheTopicIsNamed(bool isNamed, int expected)
    {
        TopicNode orders = ConsoleNode.Topic("orders", "12-createTopic__topic_orders.json");
        ProxyNode other = Proxy("127.0.0.1:9615", "55-addPProxyByTopic__pproxy_127.0.0.1-9615.json");

        Assert.Equal(expected, Binding.UnitsFor(orders, other, alsoOtherGroups: isNamed).Count);
    }

    [Fact]
    public void PutCluster_AKafkaClusterAsTheConsoleDid_GivesItsBytes()
    {
        // Between these two the console's operator also set kafkaProducers.
        JsonObject node = ConsoleNode.Json("47-pushPProxyConfig__pproxy_127.0.0.1-9613.json");
        string expected = ConsoleNode.Text("49-pushPProxyConfigByCluster__pproxy_127.0.0.1-9613.json");
        JsonObject section = node.Section("carreraConfiguration");
        section.Put("kafkaProducers", 0);
        section.Put("delay", ((JsonObject)JsonNode.Parse(expected)!).Section("carreraConfiguration").Member("delay")!.DeepClone());
        section.Put("maxTps", 3000);

        new ProxyNodeClusters(node).Put(BrokerKind.Kafka, "K_default", ["127.0.0.1:19092"]);

        Assert.Equal(expected, Text(node));
    }

    [Fact]
    public void RemoveCluster_TheLastOfItsKind_SwitchesTheKindOff()
    {
        JsonObject node = ConsoleNode.Json("49-pushPProxyConfigByCluster__pproxy_127.0.0.1-9613.json");

        new ProxyNodeClusters(node).Remove(BrokerKind.Kafka, "K_default");

        Assert.Empty(NodeReader.ReadProxy(ConsoleJson.Write(node), "/pproxy/x", "embedded").Errors);
        Assert.Equal(["R_default"], node.List("brokerClusters").Texts());
        Assert.DoesNotContain("kafkaConfigurationMap", Text(node));
        Assert.Contains("\"useKafka\":false", Text(node));
    }

    [Fact]
    public void Edit_MembersNobodyKnows_SurviveInTheirPlaces()
    {
        // Defect K6 of the original: every push of its console loses them.
        byte[] byHand = Encoding.UTF8.GetBytes(
            """{"x-owner":{"team":"shop","nothing":[1.50,null]},"topic":"orders","strong_order":"true","topicUnits":[{"weight":7,"brokerCluster":"R_a","totalMaxTps":"10","proxies":{"P_a":["a:1"]}}]}""");
        var stored = new StoredNode("/topic/orders", byHand, 3);
        var topic = new TopicNode("orders", new NodeDocument(stored.Path, stored, (JsonObject)ConsoleJson.Parse(byHand)!, isNew: false));
        Assert.Null(topic.Document.Change);

        topic.Units[0].Bind("P_a", "b:2");
        MemberSetting.Parse("strongOrder=false", typeof(Ddmq.Config.TopicOptions)).Apply(topic.Document.Json);

        Assert.Equal(
            """{"x-owner":{"team":"shop","nothing":[1.50,null]},"topic":"orders","strong_order":false,"topicUnits":[{"maxTps":5,"weight":7,"brokerCluster":"R_a","totalMaxTps":"10","proxies":{"P_a":["a:1","b:2"]}}]}""",
            ConsoleNode.Written(topic.Document));
        Assert.Empty(NodeReader.ReadTopic(topic.Document.Change!.After, "/topic/orders", "orders").Errors);
    }

    private static ProxyNode Proxy(string instance, string recorded)
    {
        var stored = new StoredNode(ProxyNode.PathOf(instance), ConsoleNode.Bytes(recorded), 1);
        ProxyNodeOptions options = NodeReader.ReadProxy(stored.Bytes.Span, stored.Path, "embedded").Value!;
        return new ProxyNode(instance, new NodeDocument(stored.Path, stored, ConsoleNode.Json(recorded), isNew: false), options, "embedded");
    }

    private static string Text(JsonObject node) => Encoding.UTF8.GetString(ConsoleJson.Write(node));
}
