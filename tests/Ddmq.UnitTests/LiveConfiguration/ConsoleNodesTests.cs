using System.Text.Json;
using Ddmq.Config;
using Ddmq.Config.ZooKeeper.Watching;
using Ddmq.Core.Topics;
using Ddmq.Proxy.LiveConfiguration;
using Ddmq.TestKit.ConsoleNodes;
using Xunit;

namespace Ddmq.UnitTests.LiveConfiguration;

/// <summary>
/// Everything the original console wrote in one long run, in its order, as four proxies see it. What they serve is compared after each write with
/// what a reader written for this test alone makes of the same bytes.
/// </summary>
public class ConsoleNodesTests
{
    [Theory]
    [InlineData("127.0.0.1:9613", 200)]
    [InlineData("127.0.0.1:9614", 50)]
    [InlineData("127.0.0.1:9615", 1)]
    [InlineData("127.0.0.1:9616", 50)]
    public void Take_EveryWriteOfTheConsole_ServesWhatTheNodesSay(string instance, int statesWithTopics)
    {
        var tree = new Dictionary<string, (byte[] Bytes, int Version)>();
        var file = new CarreraOptions();
        var nodes = new AcceptedNodes(file, instance);
        int compared = 0;
        foreach (ConsoleWrite write in ConsoleWrite.All)
        {
            if (write.PassesThroughPlaceholder)
            {
                tree[write.Path] = (ConsoleWrite.Placeholder, 0);
                nodes = nodes.Take(Snapshot(tree, nodes, file, instance), "test");
                AssertServes(tree, instance, nodes, write);
            }

            if (write.Bytes is null)
            {
                tree.Remove(write.Path);
            }
            else
            {
                tree[write.Path] = (write.Bytes, write.Version);
            }

            nodes = nodes.Take(Snapshot(tree, nodes, file, instance), "test");
            compared += AssertServes(tree, instance, nodes, write);
        }

        Assert.True(compared >= statesWithTopics, $"only {compared} states of {instance} had topics");
    }

    [Theory]
    [InlineData("127.0.0.1:9613")]
    [InlineData("127.0.0.1:9615")]
    public void Take_EveryWriteOfTheConsole_NothingIsRefusedButMissingNodes(string instance)
    {
        var tree = new Dictionary<string, (byte[] Bytes, int Version)>();
        var file = new CarreraOptions();
        var nodes = new AcceptedNodes(file, instance);
        foreach (ConsoleWrite write in ConsoleWrite.All)
        {
            if (write.Bytes is null)
            {
                tree.Remove(write.Path);
            }
            else
            {
                tree[write.Path] = (write.Bytes, write.Version);
            }

            nodes = nodes.Take(Snapshot(tree, nodes, file, instance), "test");

            Assert.All(nodes.Problems, problem => Assert.True(problem.Version == -1, $"after call {write.Call}: {problem}"));
        }

        // Calls 81 and later leave every white-listed topic with its node.
        Assert.Empty(nodes.Problems);
    }

    private static NodeSnapshot Snapshot(
        Dictionary<string, (byte[] Bytes, int Version)> tree, AcceptedNodes before, CarreraOptions file, string instance)
    {
        WatchedNode own = Node(tree, $"pproxy/{instance}");
        IEnumerable<string> topics = AcceptedNodes.TopicNames(own.Bytes, file) ?? before.Settings?.Topics.Keys ?? [];
        return new NodeSnapshot(own, topics.Distinct().ToDictionary(topic => topic, topic => Node(tree, $"topic/{topic}")), 0, default);
    }

    private static WatchedNode Node(Dictionary<string, (byte[] Bytes, int Version)> tree, string path) =>
        tree.TryGetValue(path, out (byte[] Bytes, int Version) node)
            ? WatchedNode.Present("/" + path, node.Bytes, new() { Version = node.Version })
            : WatchedNode.Missing("/" + path);

    private static int AssertServes(
        Dictionary<string, (byte[] Bytes, int Version)> tree, string instance, AcceptedNodes nodes, ConsoleWrite write)
    {
        if (nodes.Settings is null)
        {
            return 0;
        }

        // Topics whose node the console has deleted or is just writing are served as before: nothing to compare them with.
        JsonElement? own = Json(tree, $"pproxy/{instance}");
        if (own is null)
        {
            return 0;
        }

        int served = 0;
        foreach (string topic in own.Value.GetProperty("topics").EnumerateArray().Select(name => name.GetString()!))
        {
            if (Json(tree, $"topic/{topic}") is not { } node)
            {
                continue;
            }

            (string Cluster, int MaxTps)[] expected =
            [
                .. node.GetProperty("topicUnits").EnumerateArray()
                    .Where(unit => unit.GetProperty("proxies").EnumerateObject().Any(
                        cluster => cluster.Value.EnumerateArray().Any(proxy => proxy.GetString() == instance)))
                    .Select(unit => (unit.GetProperty("brokerCluster").GetString()!, unit.GetProperty("maxTps").GetInt32())),
            ];
            TopicConfig? config = nodes.Settings.Topics.GetValueOrDefault(topic);
            Assert.True(
                expected.SequenceEqual(config?.TopicUnits.Select(unit => (unit.BrokerCluster, unit.MaxTps)) ?? []),
                $"after call {write.Call}, {write.Path}: topic {topic} of {instance}");
            if (config is not null)
            {
                Assert.Equal(node.GetProperty("autoBatch").GetBoolean(), config.AutoBatch);
                Assert.Equal(node.GetProperty("delayTopic").GetBoolean(), config.DelayTopic);
                served++;
            }
        }

        JsonElement configuration = own.Value.GetProperty("carreraConfiguration");
        Assert.Equal(configuration.GetProperty("maxTps").GetInt32(), nodes.Settings.Node.MaxTps);
        Assert.Equal(
            configuration.GetProperty("rocketmqConfigurationMap").EnumerateObject().Select(cluster => cluster.Name).Order(),
            nodes.Settings.Node.RocketmqConfigurationMap.Keys.Order());
        return served > 0 ? 1 : 0;
    }

    private static JsonElement? Json(Dictionary<string, (byte[] Bytes, int Version)> tree, string path) =>
        tree.TryGetValue(path, out (byte[] Bytes, int Version) node) && node.Bytes[0] == '{' ? JsonDocument.Parse(node.Bytes).RootElement : null;
}
