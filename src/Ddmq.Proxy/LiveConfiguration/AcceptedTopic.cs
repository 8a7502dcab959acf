using Ddmq.Config;
using Ddmq.Config.Nodes;
using Ddmq.Config.ZooKeeper.Watching;
using Ddmq.Core.Topics;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>One topic's node: the last good content, and what is wrong with the present one. Immutable.</summary>
internal sealed record AcceptedTopic
{
    /// <summary>A topic on the white list whose node was not read yet.</summary>
    public static AcceptedTopic NotRead { get; } = new();

    /// <summary>The last good content; null when there was none.</summary>
    public Accepted<TopicOptions>? Good { get; private init; }

    /// <summary>The topic as this proxy serves it; null when it does not.</summary>
    public TopicConfig? InForce { get; private init; }

    /// <summary>Why the node is not in force as ZooKeeper has it; null when it is.</summary>
    public NodeProblem? Problem { get; private init; }

    /// <summary>The state after the node was read.</summary>
    /// <param name="before">The state before; null for a topic that is new on the white list.</param>
    /// <param name="node">The node.</param>
    /// <param name="topic">The topic's name.</param>
    /// <param name="instance">The proxy's name.</param>
    /// <param name="clusters">The clusters there are.</param>
    public static AcceptedTopic Take(AcceptedTopic? before, WatchedNode node, string topic, string instance, IReadOnlySet<string> clusters)
    {
        before ??= NotRead;
        if (ReferenceEquals(before.Good?.Node, node) && before.Problem is null && FindUnknownCluster(before.InForce, clusters) is null)
        {
            return before;
        }

        if (node.Presence != NodePresence.Present)
        {
            string missing = node.Presence == NodePresence.Missing
                ? "the node does not exist, and the proxy's own node still names the topic"
                : $"the node cannot be read ({node.Error})";
            return before.Refuse(node, missing, clusters);
        }

        if (before.Good?.Node.HasSameContentAs(node) == true)
        {
            return before.Accept(before.Good with { Node = node }, before.InForce, clusters);
        }

        NodeReading<TopicOptions> reading = NodeReader.ReadTopic(node.Bytes.Span, node.Path, topic);
        if (reading.Value is null)
        {
            return before.Refuse(node, reading.Reason, clusters);
        }

        TopicConfig? config = TopicConfigs.ForProxy(reading.Value, instance);
        if (before.InForce is not null && FindUnknownCluster(before.InForce, clusters) is null && FindUnknownCluster(config, clusters) is { } unknown)
        {
            return before.Refuse(node, NoSuchCluster(unknown), clusters);
        }

        // The same object when it says the same: nothing behind it is built anew then.
        bool isSame = before.InForce is not null && config is not null && TopicConfigs.AreEqual(before.InForce, config);
        return before.Accept(new Accepted<TopicOptions>(node, reading.Value), isSame ? before.InForce : config, clusters);
    }

    private AcceptedTopic Accept(Accepted<TopicOptions> good, TopicConfig? config, IReadOnlySet<string> clusters) => new()
    {
        Good = good,
        InForce = config,
        Problem = FindUnknownCluster(config, clusters) is { } unknown
            ? new NodeProblem(good.Node.Path, good.Node.Stat.Version, $"{NoSuchCluster(unknown)}; messages for it are refused with code 21")
            : null,
    };

    private AcceptedTopic Refuse(WatchedNode node, string reason, IReadOnlySet<string> clusters)
    {
        string instead =
            Good is null ? "the topic is not served"
            : FindUnknownCluster(InForce, clusters) is { } unknown
                ? $"version {Good.Node.Stat.Version} stays in force, and messages for its cluster {unknown}, which is not configured, are refused with code 21"
                : $"version {Good.Node.Stat.Version} stays in force";
        return this with
        {
            Problem = new NodeProblem(
                node.Path,
                node.Presence == NodePresence.Missing ? -1 : node.Stat.Version,
                $"{reason}; {instead}",
                node.Presence == NodePresence.Present && NodeReader.IsPlaceholder(node.Bytes.Span)),
        };
    }

    private static string NoSuchCluster(string cluster) =>
        $"a unit names the cluster {cluster}, which the proxy's own node does not configure";

    private static string? FindUnknownCluster(TopicConfig? config, IReadOnlySet<string> clusters) =>
        config?.TopicUnits.FirstOrDefault(unit => !clusters.Contains(unit.BrokerCluster))?.BrokerCluster;
}
