using Ddmq.Config.Nodes;

namespace Ddmq.Cli.Zk;

/// <summary>What one command is going to write. Not thread-safe.</summary>
/// <param name="embeddedCluster">The name of the proxies' embedded store, for the checks.</param>
internal sealed class NodePlan(string embeddedCluster)
{
    private readonly List<NodeChange> _changes = [];
    private readonly List<string> _notes = [];

    /// <summary>The changes, in the order in which the console would write them.</summary>
    public IReadOnlyList<NodeChange> Changes => _changes;

    /// <summary>What the operator should know besides, a line each.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Adds a change, if it is one.</summary>
    public void Add(NodeChange? change)
    {
        if (change is not null)
        {
            _changes.Add(change);
        }
    }

    /// <summary>Adds a line for the operator.</summary>
    public void Note(string note) => _notes.Add(note);

    /// <summary>Refuses what a proxy would refuse, by the proxy's own checks.</summary>
    /// <exception cref="CliException">A node would not be good; its message names every reason.</exception>
    public void Validate()
    {
        string[] errors = [.. _changes.Where(change => change.After is not null).SelectMany(Errors)];
        if (errors.Length > 0)
        {
            throw new CliException(ExitCodes.Failed, $"refused, nothing was written: {Output.SafeText.Of(string.Join("; ", errors))}");
        }
    }

    private IReadOnlyList<string> Errors(NodeChange change)
    {
        if (NameBelow(ProxyNode.Parent, change.Path) is not null)
        {
            return NodeReader.ReadProxy(change.After, change.Path, embeddedCluster).Errors;
        }

        if (NameBelow(TopicNode.Parent, change.Path) is not { } topic)
        {
            return [];
        }

        NodeReading<Ddmq.Config.TopicOptions> reading = NodeReader.ReadTopic(change.After, change.Path, topic);
        return reading.Value is { TopicUnits.Count: 0 } ? [$"{change.Path}: topicUnits: the topic would have no cluster left; ddmq zk topic delete removes it"] : reading.Errors;
    }

    private static string? NameBelow(string parent, string path) =>
        path.StartsWith(parent + "/", StringComparison.Ordinal) ? path[(parent.Length + 1)..] : null;
}
