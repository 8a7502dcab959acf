using System.Text;
using Ddmq.Config;
using Ddmq.Config.ZooKeeper.Watching;
using Ddmq.Core.Storage;
using Ddmq.Core.Topics;
using Ddmq.Proxy.LiveConfiguration;
using Ddmq.TestKit.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ddmq.UnitTests.LiveConfiguration;

/// <summary>The file alone and nodes in ZooKeeper that say the same lead to the same settings and the same snapshot of topics.</summary>
public sealed class SourcesTests
{
    private const string Instance = "10.0.0.1:9613";

    private const string Settings = """
        {"maxTps":3000,"useKafka":true,"useRocketmq":true,"useRequestLimiter":true,"useAutoBatch":true,
         "autoBatch":{"doBatchThresholdBytes":1024},"delay":{"chronosInnerTopicPrefix":"R_inner_"},
         "kafkaConfigurationMap":{"K_a":{"bootstrapServers":["127.0.0.1:9092"]}},
         "rocketmqConfigurationMap":{"R_a":{"namesrvAddrs":["127.0.0.1:9876"]}}}
        """;

    private const string Orders =
        """{"topic":"orders","autoBatch":true,"strongOrder":true,"limiterFailureRetryInterval":7,"topicUnits":[{"brokerCluster":"R_a","maxTps":5,"totalMaxTps":10,"proxies":{"P":["10.0.0.1:9613"]}}]}""";

    private const string Clicks =
        """{"topic":"clicks","delayTopic":true,"topicUnits":[{"brokerCluster":"K_a","maxTps":6,"totalMaxTps":6,"proxies":{"P":["10.0.0.1:9613"]}},{"brokerCluster":"R_a","maxTps":7,"totalMaxTps":7,"proxies":{"P":["10.0.0.1:9613"]}}]}""";

    [Fact]
    public async Task FileAndNodes_ThatSayTheSame_GiveTheSameSettingsAndSnapshot()
    {
        string yaml = $"carreraConfiguration: {Settings}\ndefaultTopicInfoConf: {{\"topics\":[{Orders},{Clicks}]}}";
        CarreraOptions file = CarreraOptionsLoader.Parse(yaml.ReplaceLineEndings("\n"), "carrera.yaml", new Dictionary<string, string?>()).Options;
        string own = $$"""{"instance":"{{Instance}}","proxyCluster":"P","brokerClusters":["R_a","K_a"],"topics":["orders","clicks"],"carreraConfiguration":{{Settings}}}""";
        var nodes = new NodeSnapshot(
            Node($"/pproxy/{Instance}", own),
            new Dictionary<string, WatchedNode> { ["orders"] = Node("/topic/orders", Orders), ["clicks"] = Node("/topic/clicks", Clicks) },
            1,
            default);

        (ProxySettings fromFile, CatalogSnapshot topicsOfFile) = await ApplyAsync(inForce => FileSource.Apply(file, inForce));
        AcceptedNodes accepted = new AcceptedNodes(new CarreraOptions(), Instance).Take(nodes, "test");
        Assert.Empty(accepted.Problems);
        (ProxySettings fromNodes, CatalogSnapshot topicsOfNodes) = await ApplyAsync(inForce => inForce.Apply(inForce.Prepare(accepted.Settings!)));

        Assert.Equal(EffectiveConfiguration.Texts(fromFile.Node), EffectiveConfiguration.Texts(fromNodes.Node));
        Assert.Equal(fromFile.Topics.Keys.Order(), fromNodes.Topics.Keys.Order());
        Assert.All(fromFile.Topics, topic => Assert.True(TopicConfigs.AreEqual(topic.Value, fromNodes.Topics[topic.Key]), topic.Key));
        Assert.Equal(topicsOfFile.Topics.Select(Describe).Order(), topicsOfNodes.Topics.Select(Describe).Order());
    }

    private static string Describe(Topic topic) => $"{topic.Name}: {string.Join(',', topic.Clusters.Select(cluster => cluster.Name))}";

    private static async Task<(ProxySettings Settings, CatalogSnapshot Topics)> ApplyAsync(Func<SettingsInForce, Task> apply)
    {
        var catalog = new TopicCatalog(null, 0);
        await using var clusters = new ClusterSet(
            new Cluster("embedded", new MemoryStore()), _ => new MemoryStore(), TimeSpan.FromMinutes(5), NullLogger<ClusterSet>.Instance);
        var inForce = new SettingsInForce(catalog, clusters, TimeProvider.System, NullLogger<SettingsInForce>.Instance);
        await apply(inForce);
        return (inForce.Current!.Settings, catalog.Current);
    }

    private static WatchedNode Node(string path, string json) => WatchedNode.Present(path, Encoding.UTF8.GetBytes(json), new() { Version = 1 });
}
