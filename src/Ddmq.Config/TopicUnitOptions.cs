namespace Ddmq.Config;

/// <summary>One cluster's part of a topic.</summary>
internal sealed class TopicUnitOptions
{
    /// <summary>Name of the cluster; required.</summary>
    [NotEmpty]
    public string BrokerCluster { get; set; } = "";

    /// <summary>Proxy cluster to node names. A topic in the file is served by the proxy that reads the file.</summary>
    [NoEffect("a topic in the file is served by the proxy that reads the file")]
    public Dictionary<string, List<string>> Proxies { get; set; } = [];

    /// <summary>Messages per second all proxies together are meant to admit.</summary>
    [NoEffect("informational, as in the original")]
    [Limits(0)]
    public int TotalMaxTps { get; set; } = 1024;

    /// <summary>Messages per second this proxy admits for the topic on this cluster.</summary>
    [Limits(0)]
    public int MaxTps { get; set; } = 1024;
}
