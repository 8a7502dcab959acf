using System.Text.Json.Nodes;
using Ddmq.Config;
using Ddmq.Config.Nodes;

namespace Ddmq.Cli.Zk;

/// <summary>A proxy's node, <c>/pproxy/HOST:PORT</c>, being changed. Not thread-safe.</summary>
internal sealed class ProxyNode
{
    /// <summary>Below which the proxies' nodes lie.</summary>
    public const string Parent = "/pproxy";

    private readonly ProxyNodeOptions _options;
    private readonly string _embeddedCluster;

    /// <param name="instance">The proxy, host:port.</param>
    /// <param name="document">Its node.</param>
    /// <param name="options">The same content as the proxy reads it; its settings do not follow changes of the document.</param>
    /// <param name="embeddedCluster">The name of the embedded store, which every proxy has.</param>
    public ProxyNode(string instance, NodeDocument document, ProxyNodeOptions options, string embeddedCluster)
    {
        Instance = instance;
        Document = document;
        _options = options;
        _embeddedCluster = embeddedCluster;
    }

    /// <summary>The proxy, host:port.</summary>
    public string Instance { get; }

    /// <summary>The node.</summary>
    public NodeDocument Document { get; }

    /// <summary>The group of proxies it belongs to.</summary>
    public string ProxyCluster => _options.ProxyCluster;

    /// <summary>The broker clusters it has, by the switches and maps of its node.</summary>
    public IReadOnlyList<string> Clusters
    {
        get
        {
            CarreraConfigurationOptions configuration = _options.CarreraConfiguration;
            return
            [
                .. configuration.UseRocketmq ? configuration.RocketmqConfigurationMap.Keys.ToArray() : [],
                .. configuration.UseKafka ? configuration.KafkaConfigurationMap.Keys.ToArray() : [],
            ];
        }
    }

    /// <summary>The topics on its white list, with what was changed.</summary>
    public IReadOnlyList<string> Topics => (Document.Json.Member("topics") as JsonArray)?.Texts() ?? [];

    /// <summary>The path of a proxy's node.</summary>
    public static string PathOf(string instance) => $"{Parent}/{instance}";

    /// <summary>Whether messages can go to that cluster through this proxy.</summary>
    public bool HasCluster(string name) => name == _embeddedCluster || Clusters.Contains(name);

    /// <summary>Puts a topic on the white list, if it is not there.</summary>
    public void AddTopic(string topic)
    {
        if (!Topics.Contains(topic))
        {
            JavaHashOrder.Add(Document.Json.List("topics"), topic);
        }
    }

    /// <summary>Takes a topic off the white list; false when it is not there.</summary>
    public bool RemoveTopic(string topic) => (Document.Json.Member("topics") as JsonArray)?.RemoveText(topic) == true;
}
