using System.Globalization;
using System.Text.Json.Nodes;

namespace Ddmq.Cli.Zk;

/// <summary>The broker clusters of a proxy's node: adding and removing them keeps everything that speaks of them consistent. Not thread-safe.</summary>
/// <param name="node">The proxy's node.</param>
internal sealed class ProxyNodeClusters(JsonObject node)
{
    private JsonObject Configuration => node.Section("carreraConfiguration");

    /// <summary>Which kind the cluster is of; null when there is none of that name.</summary>
    public BrokerKind? KindOf(string name) => BrokerKind.All.FirstOrDefault(kind => Find(kind, name) is not null);

    /// <summary>The cluster's members; null when there is none of that name and kind.</summary>
    public JsonObject? Find(BrokerKind kind, string name) => (Configuration.Member(kind.Map) as JsonObject)?[name] as JsonObject;

    /// <summary>Adds a cluster with the console's values and switches its kind on, or changes the addresses of the one there is.</summary>
    public void Put(BrokerKind kind, string name, IReadOnlyList<string> addresses)
    {
        if (Find(kind, name) is { } cluster)
        {
            cluster.Put(kind.Addresses, new JsonArray([.. addresses.Select(address => JsonValue.Create(address))]));
        }
        else
        {
            JavaHashOrder.Add(Configuration.Section(kind.Map), name, kind.CreateCluster(addresses));
        }

        JsonArray names = node.List("brokerClusters");
        if (!names.Texts().Contains(name))
        {
            names.Add(JsonValue.Create(name));
        }

        Configuration.Put(kind.Flag, true);
        if (!int.TryParse(JsonMembers.Text(Configuration.Member(kind.Producers)), CultureInfo.InvariantCulture, out int producers) || producers < 1)
        {
            Configuration.Put(kind.Producers, kind.DefaultProducers);
        }
    }

    /// <summary>Removes a cluster; with the last of its kind the kind is switched off, and its map goes as the console leaves it out.</summary>
    public void Remove(BrokerKind kind, string name)
    {
        JsonObject map = Configuration.Section(kind.Map);
        map.Remove(name);
        if (map.Count == 0)
        {
            Configuration.Drop(kind.Map);
            Configuration.Put(kind.Flag, false);
        }

        node.List("brokerClusters").RemoveText(name);
    }
}
