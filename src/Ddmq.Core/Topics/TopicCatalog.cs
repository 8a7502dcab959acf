using System.Text;
using Ddmq.Core.Diagnostics;

namespace Ddmq.Core.Topics;

/// <summary>
/// Holds the snapshot in force. Reading is lock-free; a change builds a new snapshot and swaps it in whole.
/// Thread-safe.
/// </summary>
public sealed class TopicCatalog
{
    private readonly Lock _changes = new();
    private readonly Dictionary<string, TopicLedger> _ledgers = new(StringComparer.Ordinal);
    private readonly Cluster? _autoCreateOn;
    private readonly int _maxAutoCreated;
    private int _autoCreated;
    private volatile CatalogSnapshot _current;

    /// <param name="configured">The topics configured, each with its clusters.</param>
    /// <param name="innerTopicPrefix">Prefix of the delay service's own topics; empty for none.</param>
    /// <param name="autoCreateOn">Where topics nobody configured are created on first use; null refuses them.</param>
    /// <param name="maxAutoCreated">How many topics may come into being that way in the life of the process.</param>
    public TopicCatalog(
        IEnumerable<(TopicConfig Config, IReadOnlyList<Cluster> Clusters)> configured,
        string innerTopicPrefix,
        Cluster? autoCreateOn,
        int maxAutoCreated)
    {
        _autoCreateOn = autoCreateOn;
        _maxAutoCreated = maxAutoCreated;
        _current = new CatalogSnapshot(
            1,
            configured.Select(topic => new Topic(topic.Config, topic.Clusters, LedgerOf(topic.Config.Topic))).ToList(),
            Encoding.UTF8.GetBytes(innerTopicPrefix));
    }

    /// <summary>The snapshot in force.</summary>
    public CatalogSnapshot Current => _current;

    /// <summary>Counts what was sent to topics this proxy does not serve.</summary>
    public TopicLedger UnknownTopics { get; } = new("topic_not_register");

    /// <summary>Counts the heartbeat topic.</summary>
    public TopicLedger Heartbeats { get; } = new(Encoding.UTF8.GetString(TopicNames.Heartbeat));

    /// <summary>Every ledger there is, the two special ones included.</summary>
    public IReadOnlyList<TopicLedger> Ledgers
    {
        get
        {
            lock (_changes)
            {
                return [.. _ledgers.Values, UnknownTopics, Heartbeats];
            }
        }
    }

    /// <summary>Finds the topic, creating it where that is allowed; <paramref name="snapshot"/> is the one it belongs to.</summary>
    /// <returns>Null when this proxy does not serve the topic.</returns>
    public Topic? FindOrCreate(ReadOnlySpan<byte> utf8Name, out CatalogSnapshot snapshot)
    {
        snapshot = _current;
        return snapshot.Find(utf8Name) ?? (_autoCreateOn is null || !TopicNames.IsValid(utf8Name) ? null : Create(utf8Name, out snapshot));
    }

    private Topic? Create(ReadOnlySpan<byte> utf8Name, out CatalogSnapshot snapshot)
    {
        lock (_changes)
        {
            snapshot = _current;
            Topic? topic = snapshot.Find(utf8Name);
            if (topic is not null || _autoCreated >= _maxAutoCreated || utf8Name.StartsWith(PrefixOrNever(snapshot)))
            {
                return topic;
            }

            string name = Encoding.UTF8.GetString(utf8Name);
            var config = new TopicConfig
            {
                Topic = name,
                TopicUnits = [new TopicUnitConfig { BrokerCluster = _autoCreateOn!.Name }],
            };
            topic = new Topic(config, [_autoCreateOn], LedgerOf(name));
            _autoCreated++;
            snapshot = new CatalogSnapshot(snapshot.Version + 1, [.. snapshot.Topics, topic], snapshot.InnerTopicPrefix);
            _current = snapshot;
            return topic;
        }
    }

    // No valid name begins with a zero byte.
    private static ReadOnlySpan<byte> PrefixOrNever(CatalogSnapshot snapshot) =>
        snapshot.InnerTopicPrefix.IsEmpty ? "\0"u8 : snapshot.InnerTopicPrefix.Span;

    private TopicLedger LedgerOf(string topic)
    {
        if (!_ledgers.TryGetValue(topic, out TopicLedger? ledger))
        {
            ledger = new TopicLedger(topic);
            _ledgers.Add(topic, ledger);
        }

        return ledger;
    }
}
