using Ddmq.Config;
using Ddmq.Config.Nodes;
using Ddmq.Config.ZooKeeper.Watching;
using Ddmq.Core.Topics;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>
/// The last good content of each node, and what is wrong with what came after it. A bad edit changes nothing but <see cref="Problems"/>;
/// a deleted node stays in force as it was last good. Immutable: <see cref="Take"/> makes the next one.
/// </summary>
internal sealed class AcceptedNodes
{
    private readonly CarreraOptions _file;
    private readonly string _instance;
    private readonly Accepted<ProxyNodeOptions>? _own;
    private readonly IReadOnlyDictionary<string, AcceptedTopic> _topics;

    /// <summary>Nothing accepted yet.</summary>
    /// <param name="file">The file's settings.</param>
    /// <param name="instance">The proxy's name, host:port.</param>
    public AcceptedNodes(CarreraOptions file, string instance)
        : this(file, instance, null, new Dictionary<string, AcceptedTopic>(), [], "")
    {
    }

    private AcceptedNodes(
        CarreraOptions file, string instance, Accepted<ProxyNodeOptions>? own, IReadOnlyDictionary<string, AcceptedTopic> topics,
        IReadOnlyList<NodeProblem> problems, string origin)
    {
        _file = file;
        _instance = instance;
        _own = own;
        _topics = topics;
        Problems = problems;
        Settings = own is null ? null : Build(own.Value, origin);
    }

    /// <summary>What follows from the accepted nodes; null while the proxy's own node was never good.</summary>
    public ProxySettings? Settings { get; }

    /// <summary>Every node that is not in force as ZooKeeper has it.</summary>
    public IReadOnlyList<NodeProblem> Problems { get; }

    /// <summary>The nodes as they were last good, for the cache; null while there is nothing to keep.</summary>
    public NodeSnapshot? LastGood(DateTimeOffset now) => _own is null ? null : new NodeSnapshot(
        _own.Node,
        _topics.Where(topic => topic.Value.Good is not null).ToDictionary(topic => topic.Key, topic => topic.Value.Good!.Node),
        0,
        now);

    /// <summary>The topics that a proxy's own node names; null when it cannot be understood.</summary>
    public static IReadOnlyCollection<string>? TopicNames(ReadOnlyMemory<byte> own, CarreraOptions file) =>
        NodeReader.ReadProxy(own.Span, "", file.Ddmq.Store.ClusterName).Value?.Topics;

    /// <summary>The state after these nodes were read.</summary>
    /// <param name="snapshot">The nodes.</param>
    /// <param name="origin">Where they come from; see <see cref="ProxySettings.Origin"/>.</param>
    /// <param name="ownRefusedBecause">Not null: the own node, though well-formed, cannot be put in force.</param>
    public AcceptedNodes Take(NodeSnapshot snapshot, string origin, string? ownRefusedBecause = null)
    {
        var problems = new List<NodeProblem>();
        Accepted<ProxyNodeOptions>? own = TakeOwn(snapshot.Own, ownRefusedBecause, problems);
        var topics = new Dictionary<string, AcceptedTopic>(StringComparer.Ordinal);
        if (own is not null)
        {
            HashSet<string> clusters =
            [
                _file.Ddmq.Store.ClusterName,
                .. own.Value.CarreraConfiguration.KafkaConfigurationMap.Keys,
                .. own.Value.CarreraConfiguration.RocketmqConfigurationMap.Keys,
            ];
            foreach (string topic in own.Value.Topics)
            {
                AcceptedTopic? before = _topics.GetValueOrDefault(topic);
                AcceptedTopic now = snapshot.Topics.TryGetValue(topic, out WatchedNode? node)
                    ? AcceptedTopic.Take(before, node, topic, _instance, clusters)
                    : before ?? AcceptedTopic.NotRead;
                topics[topic] = now;
                if (now.Problem is not null)
                {
                    problems.Add(now.Problem);
                }
            }
        }

        return new AcceptedNodes(_file, _instance, own, topics, problems, origin);
    }

    private Accepted<ProxyNodeOptions>? TakeOwn(WatchedNode node, string? refusedBecause, List<NodeProblem> problems)
    {
        if (refusedBecause is null && node.Presence == NodePresence.Present)
        {
            if (_own?.Node.HasSameContentAs(node) == true)
            {
                return _own with { Node = node };
            }

            NodeReading<ProxyNodeOptions> reading = NodeReader.ReadProxy(node.Bytes.Span, node.Path, _file.Ddmq.Store.ClusterName);
            if (reading.Value is not null)
            {
                return new Accepted<ProxyNodeOptions>(node, reading.Value);
            }

            refusedBecause = reading.Reason;
        }

        refusedBecause ??= node.Presence == NodePresence.Missing ? "the node does not exist" : $"the node cannot be read ({node.Error})";
        problems.Add(new NodeProblem(
            node.Path,
            node.Presence == NodePresence.Missing ? -1 : node.Stat.Version,
            _own is null ? $"{refusedBecause}; nothing is in force yet" : $"{refusedBecause}; version {_own.Node.Stat.Version} stays in force",
            node.Presence == NodePresence.Present && NodeReader.IsPlaceholder(node.Bytes.Span)));
        return _own;
    }

    private ProxySettings Build(ProxyNodeOptions own, string origin)
    {
        CarreraConfigurationOptions node = own.CarreraConfiguration;
        var topics = new Dictionary<string, TopicConfig>(StringComparer.Ordinal);
        foreach (TopicConfig topic in TopicConfigs.Static(_file.DefaultTopicInfoConf, node.DefaultTopicInfoConf, _file.Ddmq.Store.ClusterName))
        {
            topics[topic.Topic] = topic;
        }

        foreach ((string name, AcceptedTopic topic) in _topics)
        {
            if (topic.InForce is { } config)
            {
                topics[name] = config;
            }
        }

        return new ProxySettings(origin, node, topics);
    }
}
