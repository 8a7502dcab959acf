using System.Text;
using System.Text.Json.Nodes;
using Ddmq.Config;
using Ddmq.Config.Nodes;
using Ddmq.Core.Topics;

namespace Ddmq.Cli.Zk;

/// <summary>
/// The proxies' nodes, read once, and the topics' nodes that a command asks for; what is changed in them becomes the plan. Nodes that are
/// not good are left alone. Not thread-safe.
/// </summary>
internal sealed class Fleet
{
    private readonly ZkConnection _connection;
    private readonly string _embeddedCluster;
    private readonly SortedDictionary<string, ProxyNode> _proxies = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, TopicNode> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (StoredNode Node, string Reason)> _bad = new(StringComparer.Ordinal);

    private Fleet(ZkConnection connection, string embeddedCluster)
    {
        _connection = connection;
        _embeddedCluster = embeddedCluster;
    }

    /// <summary>The proxies whose nodes are good, in alphabetical order.</summary>
    public IReadOnlyCollection<ProxyNode> Proxies => _proxies.Values;

    /// <summary>The nodes that cannot be used, to go after a sentence that says something is missing; empty when all are good.</summary>
    public string NotGood => _bad.Count == 0 ? "" : ". Not good: " + Output.SafeText.Of(string.Join("; ", _bad.Values.Select(bad => bad.Reason)));

    /// <summary>Reads every proxy's node.</summary>
    /// <exception cref="CliException">There is no parent for them, or they cannot be read.</exception>
    public static async Task<Fleet> LoadAsync(ZkConnection connection, string embeddedCluster)
    {
        var fleet = new Fleet(connection, embeddedCluster);
        IReadOnlyList<string> names = await connection.ChildrenAsync(ProxyNode.Parent).ConfigureAwait(false) ?? throw NotInitialized(connection);
        foreach (StoredNode? node in await connection.ReadAsync([.. names.Select(ProxyNode.PathOf)]).ConfigureAwait(false))
        {
            if (node is not null)
            {
                fleet.AddProxy(node);
            }
        }

        return fleet;
    }

    /// <summary>The proxy's node; null when there is none, or one whose value was never written.</summary>
    /// <exception cref="CliException">The node is not good.</exception>
    public ProxyNode? Find(string instance)
    {
        ThrowIfBad(ProxyNode.PathOf(instance));
        return _proxies.GetValueOrDefault(instance);
    }

    /// <summary>The proxy's node.</summary>
    /// <exception cref="CliException">There is none, or it is not good.</exception>
    public ProxyNode Get(string instance) => Find(instance) ?? throw new CliException(
        ExitCodes.Failed,
        $"ZooKeeper has no proxy {instance}; ddmq zk bind {instance} makes it known. It has: {(_proxies.Count == 0 ? "none" : string.Join(", ", _proxies.Keys))}{NotGood}");

    /// <summary>Adds the node of a proxy that has none.</summary>
    public ProxyNode Create(string instance, JsonObject json)
    {
        string path = ProxyNode.PathOf(instance);
        StoredNode? placeholder = _bad.TryGetValue(path, out (StoredNode Node, string Reason) bad) ? bad.Node : null;
        var document = new NodeDocument(path, placeholder, json, isNew: true);
        NodeReading<ProxyNodeOptions> reading = NodeReader.ReadProxy(ConsoleJson.Write(json), path, _embeddedCluster);
        var proxy = new ProxyNode(
            instance,
            document,
            reading.Value ?? throw new CliException(ExitCodes.Failed, $"refused, nothing was written: {Output.SafeText.Of(reading.Reason)}"),
            _embeddedCluster);
        _proxies[instance] = proxy;
        return proxy;
    }

    /// <summary>A topic's node; null when there is none, or one whose value was never written.</summary>
    /// <exception cref="CliException">The node is not good.</exception>
    public async Task<TopicNode?> FindTopicAsync(string topic)
    {
        CheckName(topic);
        string path = TopicNode.PathOf(topic);
        if (!_topics.ContainsKey(topic) && !_bad.ContainsKey(path) && await _connection.ReadAsync(path).ConfigureAwait(false) is { } node)
        {
            AddTopic(node);
        }

        ThrowIfBad(path);
        return _topics.GetValueOrDefault(topic);
    }

    /// <summary>A topic's node.</summary>
    /// <exception cref="CliException">There is none, or it is not good.</exception>
    public async Task<TopicNode> GetTopicAsync(string topic) => await FindTopicAsync(topic).ConfigureAwait(false)
        ?? throw new CliException(ExitCodes.Failed, $"ZooKeeper has no topic {topic}; ddmq zk topic create {topic} makes one");

    /// <summary>Every topic whose node is good.</summary>
    public async Task<IReadOnlyCollection<TopicNode>> GetTopicsAsync()
    {
        IReadOnlyList<string> names = await _connection.ChildrenAsync(TopicNode.Parent).ConfigureAwait(false) ?? throw NotInitialized(_connection);
        string[] paths = [.. names.Where(name => !_topics.ContainsKey(name)).Select(TopicNode.PathOf)];
        foreach (StoredNode? node in await _connection.ReadAsync(paths).ConfigureAwait(false))
        {
            if (node is not null)
            {
                AddTopic(node);
            }
        }

        return _topics.Values;
    }

    /// <summary>Adds the node of a topic that has none.</summary>
    public TopicNode CreateTopic(string topic)
    {
        TopicNode created = TopicNode.Create(topic, _bad.TryGetValue(TopicNode.PathOf(topic), out (StoredNode Node, string Reason) bad) ? bad.Node : null);
        _topics[topic] = created;
        return created;
    }

    /// <summary>
    /// Adds everything that was changed to a plan, topics first. Every proxy that a changed topic names gets it on its white list.
    /// </summary>
    public void AddTo(NodePlan plan)
    {
        foreach (TopicNode topic in _topics.Values.Where(topic => topic.Document is { IsDeleted: false, Change: not null }))
        {
            foreach (ProxyNode proxy in topic.Instances.Select(_proxies.GetValueOrDefault).OfType<ProxyNode>().Where(proxy => !proxy.Document.IsDeleted))
            {
                proxy.AddTopic(topic.Topic);
            }
        }

        foreach (NodeDocument document in _topics.Values.Select(topic => topic.Document).Concat(_proxies.Values.Select(proxy => proxy.Document)))
        {
            plan.Add(document.Change);
        }

        foreach ((StoredNode node, string reason) in _bad.Values.Where(bad => plan.Changes.Count > 0 && !plan.Changes.Any(change => change.Path == bad.Node.Path)))
        {
            plan.Note($"left alone: {node.Path} (version {node.Version}): {reason}");
        }
    }

    /// <summary>Checks a topic's name.</summary>
    /// <exception cref="CliException">It is none.</exception>
    public static void CheckName(string topic)
    {
        if (!TopicNames.IsValid(Encoding.UTF8.GetBytes(topic)))
        {
            throw CliException.Usage($"'{Output.SafeText.Of(topic)}' is not a topic; expected {new TopicNameAttribute().Expected}");
        }
    }

    private void AddProxy(StoredNode node)
    {
        NodeReading<ProxyNodeOptions> reading = NodeReader.ReadProxy(node.Bytes.Span, node.Path, _embeddedCluster);
        if (reading.Value is not null && ConsoleJson.Parse(node.Bytes) is JsonObject json)
        {
            string instance = node.Path[(ProxyNode.Parent.Length + 1)..];
            _proxies[instance] = new ProxyNode(instance, new NodeDocument(node.Path, node, json, isNew: false), reading.Value, _embeddedCluster);
        }
        else
        {
            _bad[node.Path] = (node, reading.Reason);
        }
    }

    private void AddTopic(StoredNode node)
    {
        string topic = node.Path[(TopicNode.Parent.Length + 1)..];
        NodeReading<TopicOptions> reading = NodeReader.ReadTopic(node.Bytes.Span, node.Path, topic);
        if (reading.Value is not null && ConsoleJson.Parse(node.Bytes) is JsonObject json)
        {
            _topics[topic] = new TopicNode(topic, new NodeDocument(node.Path, node, json, isNew: false));
        }
        else
        {
            _bad[node.Path] = (node, reading.Reason);
        }
    }

    private void ThrowIfBad(string path)
    {
        if (_bad.TryGetValue(path, out (StoredNode Node, string Reason) bad) && !bad.Node.IsPlaceholder)
        {
            throw new CliException(ExitCodes.Failed, $"the node in ZooKeeper is not good, mend or delete it first: {Output.SafeText.Of(bad.Reason)}");
        }
    }

    private static CliException NotInitialized(ZkConnection connection) => new(
        ExitCodes.Failed, $"ZooKeeper {connection.Address} has no configuration; ddmq zk init creates the nodes that all others lie below");
}
