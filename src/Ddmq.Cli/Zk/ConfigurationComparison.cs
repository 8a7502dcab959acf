using System.Text.Json;
using Ddmq.Config;
using Ddmq.Config.Nodes;
using Ddmq.Core.Topics;

namespace Ddmq.Cli.Zk;

/// <summary>Compares what a proxy has in force with ZooKeeper's nodes as this proxy would read them. Immutable.</summary>
/// <param name="Settings">How many settings were compared.</param>
/// <param name="Topics">How many topics are served by ZooKeeper's nodes.</param>
/// <param name="Nodes">What differs.</param>
internal sealed record ConfigurationComparison(int Settings, int Topics, IReadOnlyList<NodeComparison> Nodes)
{
    // As the admin API writes topics.
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <summary>Reads the nodes and compares.</summary>
    public static async Task<ConfigurationComparison> CompareAsync(ProxyConfiguration inForce, ZkConnection connection)
    {
        string path = ProxyNode.PathOf(inForce.Instance);
        StoredNode? own = await connection.ReadAsync(path).ConfigureAwait(false);
        NodeReading<ProxyNodeOptions>? reading = own is null ? null : NodeReader.ReadProxy(own.Bytes.Span, path, inForce.EmbeddedCluster);
        if (reading?.Value is not { } node)
        {
            string problem = reading?.Reason ?? "the node does not exist";
            return new ConfigurationComparison(inForce.Settings.Count, 0, [new NodeComparison(path, own?.Version, problem, [])]);
        }

        Dictionary<string, string> settings = EffectiveConfiguration.Texts(node.CarreraConfiguration)
            .ToDictionary(setting => setting.Path, setting => setting.Text, StringComparer.Ordinal);
        var differences = new List<NodeComparison>();
        if (Compare(inForce.Settings, settings) is { Count: > 0 } found)
        {
            differences.Add(new NodeComparison(path, own!.Version, null, found));
        }

        Dictionary<string, byte[]> topics = TopicConfigs.Static(new DefaultTopicInfoOptions(), node.CarreraConfiguration.DefaultTopicInfoConf, inForce.EmbeddedCluster)
            .ToDictionary(topic => topic.Topic, ToJson, StringComparer.Ordinal);
        IReadOnlyList<StoredNode?> nodes = await connection.ReadAsync([.. node.Topics.Select(TopicNode.PathOf)]).ConfigureAwait(false);
        for (int i = 0; i < nodes.Count; i++)
        {
            string topic = node.Topics[i];
            string? problem = "the node does not exist, and the white list names the topic";
            if (nodes[i] is { } stored)
            {
                NodeReading<TopicOptions> topicReading = NodeReader.ReadTopic(stored.Bytes.Span, stored.Path, topic);
                problem = topicReading.Value is null ? topicReading.Reason : null;
                if (topicReading.Value is not null && TopicConfigs.ForProxy(topicReading.Value, inForce.Instance) is { } config)
                {
                    topics[topic] = ToJson(config);
                }
            }

            AddTopic(topic, nodes[i]?.Version, problem, inForce, topics, differences);
        }

        foreach (string topic in inForce.Topics.Keys.Union(topics.Keys).Except(node.Topics).Where(topic => !inForce.FileTopics.Contains(topic)))
        {
            AddTopic(topic, null, null, inForce, topics, differences);
        }

        return new ConfigurationComparison(settings.Count, topics.Count, differences);
    }

    private static void AddTopic(
        string topic, int? version, string? problem, ProxyConfiguration inForce, Dictionary<string, byte[]> inZooKeeper, List<NodeComparison> differences)
    {
        ReadOnlyMemory<byte>? old = inForce.Topics.TryGetValue(topic, out byte[]? before) ? before : (ReadOnlyMemory<byte>?)null;
        ReadOnlyMemory<byte>? now = inZooKeeper.TryGetValue(topic, out byte[]? after) ? after : (ReadOnlyMemory<byte>?)null;
        IReadOnlyList<MemberDifference> found =
            problem is not null || (now is null && inForce.FileTopics.Contains(topic)) ? [] : MemberDiff.Compare(old, now);
        if (problem is not null || found.Count > 0)
        {
            differences.Add(new NodeComparison(TopicNode.PathOf(topic), version, problem, found));
        }
    }

    private static List<MemberDifference> Compare(IReadOnlyDictionary<string, string> inForce, Dictionary<string, string> inZooKeeper) =>
    [
        .. inForce.Keys.Union(inZooKeeper.Keys)
            .Where(path => inForce.GetValueOrDefault(path) != inZooKeeper.GetValueOrDefault(path))
            .Select(path => new MemberDifference(path, inForce.GetValueOrDefault(path), inZooKeeper.GetValueOrDefault(path))),
    ];

    private static byte[] ToJson(TopicConfig topic) => JsonSerializer.SerializeToUtf8Bytes(topic, Web);
}
