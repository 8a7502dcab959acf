using System.Collections.Immutable;
using Ddmq.Core.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Config.ZooKeeper.Watching;

/// <summary>
/// The nodes that are watched, as they were read last: the own node and the topics it names. A change costs what it changes, however
/// many topics there are. Not thread-safe.
/// </summary>
internal sealed partial class WatchedSet(NodeWatcherOptions options)
{
    private readonly HashSet<string> _topicPaths = [];
    private readonly ImmutableDictionary<string, WatchedNode>.Builder _topics = ImmutableDictionary.CreateBuilder<string, WatchedNode>(StringComparer.Ordinal);
    private WatchedNode? _own;
    private long _snapshots;

    /// <summary>Whether every node was read, and one has changed since the last snapshot.</summary>
    public bool HasNews => HasChanged && _own is not null && _topics.Count == _topicPaths.Count;

    /// <summary>Whether ZooKeeper is known not to have the own node.</summary>
    public bool OwnIsMissing => _own?.Presence == NodePresence.Missing;

    /// <summary>How many topics are watched.</summary>
    public int TopicCount => _topicPaths.Count;

    /// <summary>All paths, the own one first.</summary>
    public IEnumerable<string> Paths => _topicPaths.Prepend(options.OwnPath);

    private bool HasChanged { get; set; }

    /// <summary>Whether the path is watched.</summary>
    public bool Contains(string path) => path == options.OwnPath || _topicPaths.Contains(path);

    /// <summary>The last reading of a watched path; null when it was not read.</summary>
    public WatchedNode? Find(string path) => path == options.OwnPath ? _own : _topics.GetValueOrDefault(TopicOf(path));

    /// <summary>Takes over a reading; returns the paths that are watched from now on and have to be read.</summary>
    public IReadOnlyCollection<string> Apply(WatchedNode node)
    {
        if (!Contains(node.Path))
        {
            return [];
        }

        WatchedNode? before = Find(node.Path);
        if (before is not null && before.IsSameAs(node))
        {
            return [];
        }

        HasChanged = true;
        bool sameContent = before is not null && before.HasSameContentAs(node);
        node = sameContent ? node.Sharing(before!.Bytes) : node;
        if (node.Path != options.OwnPath)
        {
            _topics[TopicOf(node.Path)] = node;
            return [];
        }

        _own = node;
        return sameContent || node.Presence != NodePresence.Present ? [] : UseTopics(TopicNames(node.Bytes));
    }

    /// <summary>The nodes as they are now.</summary>
    public NodeSnapshot TakeSnapshot()
    {
        HasChanged = false;
        return new NodeSnapshot(_own!, _topics.ToImmutable(), ++_snapshots, options.TimeProvider.GetUtcNow());
    }

    private static string TopicOf(string path) => path[NodeWatcherOptions.TopicPath("").Length..];

    private List<string> UseTopics(IReadOnlyCollection<string>? names)
    {
        if (names is null)
        {
            return [];
        }

        HashSet<string> wanted = [.. names.Select(NodeWatcherOptions.TopicPath)];
        List<string> added = [.. wanted.Where(path => !_topicPaths.Contains(path))];
        foreach (string path in _topicPaths.Where(path => !wanted.Contains(path)).ToArray())
        {
            _topicPaths.Remove(path);
            _topics.Remove(TopicOf(path));
        }

        _topicPaths.UnionWith(added);
        return added;
    }

    private IReadOnlyCollection<string>? TopicNames(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return options.TopicNames(bytes);
        }
        catch (Exception exception)
        {
            Log.TopicNamesThrew(options.Logger, exception, options.OwnPath);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Config + 120, LogLevel.Error, "Finding the topics in node {Path} threw; the topics before stay watched")]
        public static partial void TopicNamesThrew(ILogger logger, Exception exception, string path);
    }
}
