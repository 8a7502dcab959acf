using Ddmq.Core.Limits;

namespace Ddmq.Core.Topics;

/// <summary>
/// Topics and clusters at one moment. A request takes one on entry and looks at no other. Immutable; thread-safe.
/// </summary>
public sealed class CatalogSnapshot
{
    private readonly Dictionary<byte[], Topic> _topics;
    private readonly Dictionary<byte[], Topic>.AlternateLookup<ReadOnlySpan<byte>> _byName;

    internal CatalogSnapshot(long version, IEnumerable<Topic> topics, ReadOnlyMemory<byte> innerTopicPrefix, NodeLimits limits)
    {
        Limits = limits;
        Version = version;
        InnerTopicPrefix = innerTopicPrefix;
        _topics = new Dictionary<byte[], Topic>(topics.TryGetNonEnumeratedCount(out int count) ? count : 0, Utf8NameComparer.Instance);
        foreach (Topic topic in topics)
        {
            _topics.Add(topic.NameBytes, topic);
        }

        _byName = _topics.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>No topics at all.</summary>
    public static CatalogSnapshot Empty { get; } = new(0, [], default, NodeLimits.Off);

    /// <summary>Counts up with every change.</summary>
    public long Version { get; }

    /// <summary>Names that begin so belong to the delay service; empty when there is none.</summary>
    public ReadOnlyMemory<byte> InnerTopicPrefix { get; }

    /// <summary>How messages are limited.</summary>
    public NodeLimits Limits { get; }

    /// <summary>Every topic.</summary>
    public IReadOnlyCollection<Topic> Topics => _topics.Values;

    /// <summary>The topic of that name, or null.</summary>
    public Topic? Find(ReadOnlySpan<byte> utf8Name) => _byName.TryGetValue(utf8Name, out Topic? topic) ? topic : null;
}
