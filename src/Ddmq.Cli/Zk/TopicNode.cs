using System.Text.Json.Nodes;

namespace Ddmq.Cli.Zk;

/// <summary>A topic's node, <c>/topic/NAME</c>, being changed. Not thread-safe.</summary>
/// <param name="topic">The topic.</param>
/// <param name="document">Its node.</param>
internal sealed class TopicNode(string topic, NodeDocument document)
{
    /// <summary>Below which the topics' nodes lie.</summary>
    public const string Parent = "/topic";

    /// <summary>The topic.</summary>
    public string Topic => topic;

    /// <summary>The node.</summary>
    public NodeDocument Document => document;

    /// <summary>Its parts.</summary>
    public IReadOnlyList<TopicUnit> Units =>
        document.Json.Member("topicUnits") is JsonArray units ? [.. units.OfType<JsonObject>().Select(unit => new TopicUnit(unit))] : [];

    /// <summary>The proxies that any part names.</summary>
    public IEnumerable<string> Instances => Units.SelectMany(unit => unit.Instances).Distinct(StringComparer.Ordinal);

    /// <summary>The path of a topic's node.</summary>
    public static string PathOf(string topic) => $"{Parent}/{topic}";

    /// <summary>A node as the console makes it, without parts.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="before">What is there: nothing, or a node whose value was never written.</param>
    public static TopicNode Create(string topic, StoredNode? before) => new(topic, new NodeDocument(
        PathOf(topic),
        before,
        new JsonObject
        {
            ["autoBatch"] = false,
            ["compressType"] = "PRIMORDIAL",
            ["delayTopic"] = false,
            ["limiterFailureRetryInterval"] = -1,
            ["strongOrder"] = false,
            ["topic"] = topic,
            ["topicUnits"] = new JsonArray(),
        },
        isNew: true));

    /// <summary>Appends a part.</summary>
    public void Add(TopicUnit unit) => document.Json.List("topicUnits").Add(unit.Json);

    /// <summary>Removes every part for a cluster; false when there is none.</summary>
    public bool RemoveUnits(string cluster)
    {
        TopicUnit[] found = [.. Units.Where(unit => unit.BrokerCluster == cluster)];
        foreach (TopicUnit unit in found)
        {
            document.Json.List("topicUnits").Remove(unit.Json);
        }

        return found.Length > 0;
    }
}
