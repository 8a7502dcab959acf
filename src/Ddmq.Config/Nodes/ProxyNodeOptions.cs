namespace Ddmq.Config.Nodes;

/// <summary>A proxy's own node, <c>/pproxy/HOST:PORT</c>, as the original's console writes it.</summary>
internal sealed class ProxyNodeOptions
{
    /// <summary>The node's name, host:port; required. Informational: the node's path decides.</summary>
    [NotEmpty]
    public string Instance { get; set; } = "";

    /// <summary>The group of proxies this one belongs to; required. Informational.</summary>
    [NotEmpty]
    public string ProxyCluster { get; set; } = "";

    /// <summary>
    /// The broker clusters of that group; required. Informational: the two maps decide, and the console itself writes nodes whose
    /// maps have a cluster that this list lacks.
    /// </summary>
    [NotEmpty]
    public List<string> BrokerClusters { get; set; } = [];

    /// <summary>The topics to read and watch. A topic is served when its own node has a unit for this proxy as well.</summary>
    [TopicName]
    public List<string> Topics { get; set; } = [];

    /// <summary>Everything else; required.</summary>
    public CarreraConfigurationOptions CarreraConfiguration { get; set; } = new();
}
