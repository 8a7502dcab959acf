using System.Text;
using Ddmq.Config;
using Ddmq.Config.ZooKeeper.Watching;
using Ddmq.Proxy.LiveConfiguration;
using Xunit;

namespace Ddmq.UnitTests.LiveConfiguration;

/// <summary>Good edits, bad edits and deletions, node by node.</summary>
public class AcceptedNodesTests
{
    private const string Instance = "10.0.0.1:9613";

    private readonly CarreraOptions _file = new();
    private int _version;

    [Theory]
    [InlineData("carrera", "value has not been written yet")]
    [InlineData("", "value has not been written yet")]
    [InlineData("{", "not valid JSON")]
    [InlineData("{} x", "not valid JSON")]
    [InlineData("[]", "a list stands where settings")]
    [InlineData("null", "where settings")]
    [InlineData("""{"topicUnits":[]}""", "topic: is missing, and it is required")]
    [InlineData("""{"topic":"orders"}""", "topicUnits: is missing, and it is required")]
    [InlineData("""{"topic":"orders","topicUnits":null}""", "topicUnits: is missing, and it is required")]
    [InlineData("""{"topic":"other","topicUnits":[]}""", "\"other\" stands in the node of topic orders")]
    [InlineData("""{"topic":"orders","topicUnits":[{"proxies":{}}]}""", "topicUnits[0].brokerCluster: the unit has no cluster")]
    [InlineData("""{"topic":"orders","topicUnits":[{"brokerCluster":"R_a","maxTps":-1}]}""", "maxTps: \"-1\" is out of range; expected 0 or more")]
    [InlineData("""{"topic":"orders","topicUnits":[{"brokerCluster":"R_a","maxTps":"many"}]}""", "maxTps: \"many\" is not a whole number")]
    [InlineData("""{"topic":"orders","topicUnits":[{"brokerCluster":"R_nosuch","proxies":{"P":["10.0.0.1:9613"]}}]}""", "names the cluster R_nosuch")]
    public void Take_BadTopicNode_IsRefusedAndTheLastGoodOneStays(string bad, string reason)
    {
        AcceptedNodes good = Take(new AcceptedNodes(_file, Instance), Own("orders"), ("orders", Topic("orders", 5)));

        AcceptedNodes after = Take(good, Own("orders"), ("orders", bad));

        NodeProblem problem = Assert.Single(after.Problems);
        Assert.Equal(("/topic/orders", _version), (problem.Path, problem.Version));
        Assert.Contains(reason, problem.Reason);
        Assert.Contains("stays in force", problem.Reason);
        Assert.Equal(5, Assert.Single(after.Settings!.Topics["orders"].TopicUnits).MaxTps);

        AcceptedNodes mended = Take(after, Own("orders"), ("orders", Topic("orders", 7)));
        Assert.Empty(mended.Problems);
        Assert.Equal(7, Assert.Single(mended.Settings!.Topics["orders"].TopicUnits).MaxTps);
    }

    [Theory]
    [InlineData("default", "value has not been written yet")]
    [InlineData("{\"a\":\"\xff", "not valid JSON")]
    [InlineData("{}", "instance: is missing, and it is required; /pproxy/10.0.0.1:9613: proxyCluster: is missing")]
    [InlineData("""{"instance":"a","proxyCluster":"P","brokerClusters":["R_a"],"topics":[]}""", "carreraConfiguration: is missing")]
    [InlineData("""{"instance":"a","proxyCluster":"P","brokerClusters":[],"carreraConfiguration":{}}""", "brokerClusters: the list is empty")]
    public void Take_BadOwnNode_IsRefusedAndTheLastGoodOneStays(string bad, string reason)
    {
        AcceptedNodes good = Take(new AcceptedNodes(_file, Instance), Own("orders"), ("orders", Topic("orders", 5)));

        AcceptedNodes after = Take(good, bad, ("orders", Topic("orders", 6)));

        NodeProblem problem = Assert.Single(after.Problems);
        Assert.Contains(reason, problem.Reason);
        Assert.Contains("stays in force", problem.Reason);
        Assert.Equal(6, Assert.Single(after.Settings!.Topics["orders"].TopicUnits).MaxTps);
    }

    [Theory]
    [InlineData("\"maxTps\":3000", "\"maxTps\":0", "maxTps: \"0\" is out of range")]
    [InlineData("\"maxTps\":3000", "\"maxTps\":3000,\"tpsWarningRatio\":0", "tpsWarningRatio: \"0\" is out of range; expected more than 0")]
    [InlineData("\"rocketmqProducers\":1", "\"rocketmqProducers\":0", "rocketmqProducers: 0 with useRocketmq switched on")]
    [InlineData("\"namesrvAddrs\":[\"127.0.0.1:9876\"]", "\"namesrvAddrs\":[]", "namesrvAddrs: no address")]
    [InlineData("\"namesrvAddrs\":[\"127.0.0.1:9876\"]", "\"namesrvAddrs\":[\"nowhere\"]", "\"nowhere\" is not an address; expected host:port")]
    [InlineData("\"useKafka\":false", "\"useKafka\":true", "useKafka: is on and kafkaConfigurationMap has no cluster")]
    [InlineData("R_a", "embedded", "\"embedded\" is the embedded store")]
    [InlineData("\"autoBatch\":{", "\"autoBatch\":{\"maxBathBytes\":10,", "maxBathBytes: 10 is too small")]
    public void Take_OwnNodeWithOneMistake_IsRefusedWithItsPlace(string right, string wrong, string reason)
    {
        string bad = Own("orders").Replace(right, wrong, StringComparison.Ordinal);
        Assert.NotEqual(Own("orders"), bad);

        AcceptedNodes nodes = Take(new AcceptedNodes(_file, Instance), bad);

        Assert.Null(nodes.Settings);
        NodeProblem problem = Assert.Single(nodes.Problems);
        Assert.Contains(reason, problem.Reason);
        Assert.Contains("nothing is in force yet", problem.Reason);
    }

    [Fact]
    public void Take_LenientJson_IsReadAsTheOriginalDoes()
    {
        string own = Own("orders").Replace("\"maxTps\":3000", "\"Max_TPS\":\"77\",\"unheardOf\":{\"a\":[1,null]}", StringComparison.Ordinal)
            .Replace("\"useRequestLimiter\":true", "\"useRequestLimiter\":\"false\"", StringComparison.Ordinal);

        AcceptedNodes nodes = Take(new AcceptedNodes(_file, Instance), own);

        Assert.Equal(77, nodes.Settings!.Node.MaxTps);
        Assert.False(nodes.Settings.Node.UseRequestLimiter);
    }

    [Fact]
    public void Take_TopicsNull_IsNoTopics()
    {
        AcceptedNodes nodes = Take(new AcceptedNodes(_file, Instance), Own("orders").Replace("[\"orders\"]", "null", StringComparison.Ordinal));

        Assert.Empty(nodes.Settings!.Topics);
        Assert.Empty(nodes.Problems);
    }

    [Fact]
    public void Take_NodesDeleted_StayInForceAndAreNamed()
    {
        AcceptedNodes good = Take(new AcceptedNodes(_file, Instance), Own("orders"), ("orders", Topic("orders", 5)));

        AcceptedNodes after = Take(good, null, ("orders", null));

        Assert.Equal(["/pproxy/10.0.0.1:9613", "/topic/orders"], after.Problems.Select(problem => problem.Path));
        Assert.All(after.Problems, problem => Assert.Contains("does not exist", problem.Reason));
        Assert.Equal(5, Assert.Single(after.Settings!.Topics["orders"].TopicUnits).MaxTps);
    }

    [Fact]
    public void Take_TopicNoLongerOnTheWhiteList_IsGone()
    {
        AcceptedNodes good = Take(new AcceptedNodes(_file, Instance), Own("orders"), ("orders", Topic("orders", 5)));

        Assert.Empty(Take(good, Own()).Settings!.Topics);
    }

    [Fact]
    public void Take_UnitsEmptyOrOfOthers_TopicIsNotServed()
    {
        AcceptedNodes good = Take(new AcceptedNodes(_file, Instance), Own("orders"), ("orders", Topic("orders", 5)));

        AcceptedNodes empty = Take(good, Own("orders"), ("orders", """{"topic":"orders","topicUnits":[]}"""));
        AcceptedNodes others = Take(good, Own("orders"), ("orders", Topic("orders", 5).Replace(Instance, "10.0.0.9:9613", StringComparison.Ordinal)));

        Assert.Empty(empty.Settings!.Topics);
        Assert.Empty(empty.Problems);
        Assert.Empty(others.Settings!.Topics);
    }

    [Fact]
    public void Take_ClusterRemovedUnderATopic_TopicStaysAndIsNamed()
    {
        AcceptedNodes good = Take(new AcceptedNodes(_file, Instance), Own("orders"), ("orders", Topic("orders", 5)));

        AcceptedNodes after = Take(good, Own("orders").Replace("R_a", "R_b", StringComparison.Ordinal), ("orders", Topic("orders", 5)));

        Assert.Contains("names the cluster R_a", Assert.Single(after.Problems).Reason);
        Assert.Contains("code 21", Assert.Single(after.Problems).Reason);
        Assert.True(after.Settings!.Topics.ContainsKey("orders"));
    }

    [Fact]
    public void Take_ClusterOfANewTopicComesLater_TopicIsServedFromThen()
    {
        AcceptedNodes first = Take(new AcceptedNodes(_file, Instance), Own("orders"), ("orders", Topic("orders", 5, "R_b")));
        Assert.Contains("code 21", Assert.Single(first.Problems).Reason);

        AcceptedNodes then = Take(first, Own("orders").Replace("R_a", "R_b", StringComparison.Ordinal), ("orders", Topic("orders", 5, "R_b")));

        Assert.Empty(then.Problems);
    }

    [Fact]
    public void Take_SameContentWrittenAgain_TopicIsTheSameObject()
    {
        AcceptedNodes good = Take(new AcceptedNodes(_file, Instance), Own("orders"), ("orders", Topic("orders", 5)));

        AcceptedNodes again = Take(good, Own("orders"), ("orders", Topic("orders", 5)));
        AcceptedNodes reworded = Take(again, Own("orders"), ("orders", Topic("orders", 5).Replace("{\"topic\"", "{\"alarmGroup\":[],\"topic\"", StringComparison.Ordinal)));

        Assert.Same(good.Settings!.Topics["orders"], again.Settings!.Topics["orders"]);
        Assert.Same(good.Settings.Topics["orders"], reworded.Settings!.Topics["orders"]);
    }

    [Fact]
    public void LastGood_AfterBadEdits_HoldsTheGoodBytes()
    {
        AcceptedNodes good = Take(new AcceptedNodes(_file, Instance), Own("orders"), ("orders", Topic("orders", 5)));
        AcceptedNodes bad = Take(good, "{", ("orders", "{"));

        NodeSnapshot saved = bad.LastGood(default)!;
        AcceptedNodes restarted = new AcceptedNodes(_file, Instance).Take(saved, "disk");

        Assert.Equal(Own("orders"), Encoding.UTF8.GetString(saved.Own.Bytes.Span));
        Assert.Empty(restarted.Problems);
        Assert.Equal(5, Assert.Single(restarted.Settings!.Topics["orders"].TopicUnits).MaxTps);
    }

    internal static string Own(params string[] topics) =>
        $$$"""{"brokerClusters":["R_a"],"carreraConfiguration":{"autoBatch":{"doBatchThresholdBytes":1024},"maxTps":3000,"rocketmqConfigurationMap":{"R_a":{"namesrvAddrs":["127.0.0.1:9876"]}},"rocketmqProducers":1,"useKafka":false,"useRequestLimiter":true,"useRocketmq":true},"instance":"10.0.0.1:9613","proxyCluster":"P_a","topics":[{{{string.Join(',', topics.Select(topic => $"\"{topic}\""))}}}]}""";

    internal static string Topic(string name, int maxTps, string cluster = "R_a") =>
        $$"""{"topic":"{{name}}","topicUnits":[{"brokerCluster":"{{cluster}}","maxTps":{{maxTps}},"proxies":{"P_a":["10.0.0.1:9613"]},"totalMaxTps":10}]}""";

    private AcceptedNodes Take(AcceptedNodes before, string? own, params (string Topic, string? Json)[] topics)
    {
        _version++;
        return before.Take(
            new NodeSnapshot(
                Node($"/pproxy/{Instance}", own), topics.ToDictionary(topic => topic.Topic, topic => Node($"/topic/{topic.Topic}", topic.Json)), _version, default),
            "test");
    }

    private WatchedNode Node(string path, string? json) => json is null
        ? WatchedNode.Missing(path)
        : WatchedNode.Present(path, Encoding.Latin1.GetBytes(json), new() { Version = _version });
}
