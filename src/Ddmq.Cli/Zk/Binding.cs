namespace Ddmq.Cli.Zk;

/// <summary>Which parts of a topic a proxy is bound to. Thread-safe as long as the nodes are not shared.</summary>
internal static class Binding
{
    /// <summary>
    /// The parts that are for this proxy: those whose cluster it has and which name its group; else, without any group (the console never
    /// fills these), those of its clusters; else, when <paramref name="alsoOtherGroups"/>, the first of each of its clusters.
    /// </summary>
    public static IReadOnlyList<TopicUnit> UnitsFor(TopicNode topic, ProxyNode proxy, bool alsoOtherGroups)
    {
        TopicUnit[] reachable = [.. topic.Units.Where(unit => proxy.HasCluster(unit.BrokerCluster))];
        TopicUnit[] named = [.. reachable.Where(unit => unit.ProxyClusters.Contains(proxy.ProxyCluster))];
        TopicUnit[] unclaimed = [.. reachable.Where(unit => unit.Instances.Count == 0 && unit.ProxyClusters.Count == 0)];
        return named.Length > 0 ? named
            : unclaimed.Length > 0 ? unclaimed
            : alsoOtherGroups ? [.. reachable.DistinctBy(unit => unit.BrokerCluster, StringComparer.Ordinal)]
            : [];
    }

    /// <summary>Binds a proxy to its parts of a topic. With all parts taken care of the topic stands on the proxy's white list.</summary>
    /// <returns>Whether there is such a part.</returns>
    public static bool Bind(TopicNode topic, ProxyNode proxy, bool alsoOtherGroups)
    {
        IReadOnlyList<TopicUnit> units = UnitsFor(topic, proxy, alsoOtherGroups);
        foreach (TopicUnit unit in units)
        {
            unit.Bind(proxy.ProxyCluster, proxy.Instance);
        }

        if (units.Count > 0)
        {
            proxy.AddTopic(topic.Topic);
        }

        return units.Count > 0;
    }
}
