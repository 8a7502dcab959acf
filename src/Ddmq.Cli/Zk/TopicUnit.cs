using System.Globalization;
using System.Text.Json.Nodes;

namespace Ddmq.Cli.Zk;

/// <summary>One cluster's part of a topic's node, being changed. Not thread-safe.</summary>
/// <param name="json">The unit.</param>
internal sealed class TopicUnit(JsonObject json)
{
    // What the console writes for a cluster without proxies, and the class's default for both limits.
    private const int DefaultTps = 1024;

    /// <summary>The unit.</summary>
    public JsonObject Json => json;

    /// <summary>The cluster.</summary>
    public string BrokerCluster => JsonMembers.Text(json.Member("brokerCluster")) ?? "";

    /// <summary>The groups of proxies that the unit names, each once.</summary>
    public IReadOnlyList<string> ProxyClusters => Sets().Select(entry => entry.Key).ToArray();

    /// <summary>The proxies that the unit names, each once.</summary>
    public IReadOnlyList<string> Instances => [.. Sets().SelectMany(entry => entry.Set.Texts()).Distinct(StringComparer.Ordinal)];

    /// <summary>A unit as the console makes it.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="totalMaxTps">Messages per second that all proxies together are meant to admit.</param>
    public static TopicUnit Create(string cluster, int totalMaxTps)
    {
        var unit = new TopicUnit(new JsonObject { ["brokerCluster"] = cluster, ["proxies"] = new JsonObject(), ["totalMaxTps"] = totalMaxTps });
        unit.ShareTps();
        return unit;
    }

    /// <summary>Adds a proxy and shares the limit anew; false when it is there already.</summary>
    public bool Bind(string proxyCluster, string instance)
    {
        if (Instances.Contains(instance))
        {
            return false;
        }

        JsonObject proxies = json.Section("proxies");
        if (proxies[proxyCluster] is not JsonArray set)
        {
            set = [];
            if (proxies.ContainsKey(proxyCluster))
            {
                proxies[proxyCluster] = set;
            }
            else
            {
                JavaHashOrder.Add(proxies, proxyCluster, set);
            }
        }

        JavaHashOrder.Add(set, instance);
        ShareTps();
        return true;
    }

    /// <summary>Removes a proxy from every set and shares the limit anew; false when it is not there. An empty set stays, as the console leaves it.</summary>
    public bool Unbind(string instance)
    {
        bool found = false;
        foreach ((_, JsonArray set) in Sets())
        {
            found |= set.RemoveText(instance);
        }

        if (found)
        {
            ShareTps();
        }

        return found;
    }

    /// <summary>Sets what all proxies together are meant to admit, and each one's share.</summary>
    public void SetTotal(int totalMaxTps)
    {
        json.Put("totalMaxTps", totalMaxTps);
        ShareTps();
    }

    /// <summary>Each proxy's share by the console's rule: the total divided by the addresses, rounded up.</summary>
    private void ShareTps()
    {
        int total = int.TryParse(JsonMembers.Text(json.Member("totalMaxTps")), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number : DefaultTps;
        int addresses = Instances.Count;
        int share =
            addresses > 0 ? (int)(((long)total + addresses - 1) / addresses)
            : ProxyClusters.Count > 0 ? int.MaxValue
            : DefaultTps;
        json.Put("maxTps", share);
    }

    private (string Key, JsonArray Set)[] Sets() => json.Member("proxies") is JsonObject proxies
        ? [.. proxies.Where(entry => entry.Value is JsonArray).Select(entry => (entry.Key, (JsonArray)entry.Value!))]
        : [];
}
