using System.Text;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Limits;

namespace Ddmq.Core.Topics;

/// <summary>
/// Holds the snapshot in force. Reading is lock-free; a change builds a new snapshot and swaps it in whole.
/// Thread-safe.
/// </summary>
public sealed class TopicCatalog
{
    // Late outcomes of the last requests to a removed topic are still counted on its ledger.
    private static readonly TimeSpan RemovedLedgerAge = TimeSpan.FromMinutes(10);

    private readonly Lock _changes = new();
    private readonly Dictionary<string, TopicLedger> _ledgers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AdmissionLimits> _limits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _removed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Topic> _autoCreated = new(StringComparer.Ordinal);
    private readonly Cluster? _autoCreateOn;
    private readonly int _maxAutoCreated;
    private readonly TopicPolicies _policies;
    private readonly TimeProvider _time;
    private readonly long _maxBytesInFlight;
    private volatile CatalogSnapshot _current = CatalogSnapshot.Empty;

    /// <summary>An empty catalog; see <see cref="Replace"/>.</summary>
    /// <param name="autoCreateOn">Where topics nobody configured are created on first use; null refuses them.</param>
    /// <param name="maxAutoCreated">How many topics may come into being that way in the life of the process.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="policies">The file's policies for topics; null for none.</param>
    /// <param name="maxBytesInFlightPerTopic">The bound of each topic's bytes in flight.</param>
    public TopicCatalog(
        Cluster? autoCreateOn, int maxAutoCreated, TimeProvider? time = null, TopicPolicies? policies = null, long maxBytesInFlightPerTopic = long.MaxValue)
    {
        _policies = policies ?? TopicPolicies.None;
        _autoCreateOn = autoCreateOn;
        _maxAutoCreated = maxAutoCreated;
        _time = time ?? TimeProvider.System;
        _maxBytesInFlight = maxBytesInFlightPerTopic;
        Limits = new AdmissionLimits("", _time, long.MaxValue);
    }

    /// <summary>What this proxy takes over all topics.</summary>
    public AdmissionLimits Limits { get; }

    /// <summary>The limits of every topic, sorted by name; those of a removed one for as long as its ledger.</summary>
    public IReadOnlyList<AdmissionLimits> TopicLimits
    {
        get
        {
            lock (_changes)
            {
                ForgetRemoved();
                return [.. _limits.Values.OrderBy(limits => limits.Name, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>The snapshot in force.</summary>
    public CatalogSnapshot Current => _current;

    /// <summary>Counts what was sent to topics this proxy does not serve.</summary>
    public TopicLedger UnknownTopics { get; } = new("topic_not_register");

    /// <summary>Counts the heartbeat topic.</summary>
    public TopicLedger Heartbeats { get; } = new(Encoding.UTF8.GetString(TopicNames.Heartbeat));

    /// <summary>What was counted for topics that were removed long ago, so that the sums over all ledgers stay true.</summary>
    public TopicLedger RemovedTopics { get; } = new("topic_removed");

    /// <summary>Every ledger there is, the special ones included.</summary>
    public IReadOnlyList<TopicLedger> Ledgers
    {
        get
        {
            lock (_changes)
            {
                ForgetRemoved();
                return [.. _ledgers.Values, UnknownTopics, Heartbeats, .. RemovedTopics.Received > 0 ? [RemovedTopics] : Array.Empty<TopicLedger>()];
            }
        }
    }

    /// <summary>
    /// Puts other topics in force, whole. Topics whose configuration object and clusters are the same stay the same objects; what was
    /// created on first use stays unless it is now configured.
    /// </summary>
    /// <param name="configured">The topics, each name once, with their clusters.</param>
    /// <param name="innerTopicPrefix">Prefix of the delay service's own topics; empty for none.</param>
    /// <param name="limits">How messages are limited; null for not at all.</param>
    public CatalogSnapshot Replace(
        IEnumerable<(TopicConfig Config, IReadOnlyList<Cluster> Clusters)> configured, string innerTopicPrefix, NodeLimits? limits = null)
    {
        lock (_changes)
        {
            CatalogSnapshot before = _current;
            limits ??= NodeLimits.Off;
            Limits.Set(limits.MaxTps, limits.MaxBytesPerSecond, limits.WarningRatio);
            var topics = new List<Topic>();
            foreach ((TopicConfig config, IReadOnlyList<Cluster> clusters) in configured)
            {
                _autoCreated.Remove(config.Topic);
                Topic? topic = before.Find(Encoding.UTF8.GetBytes(config.Topic));
                topics.Add(
                    topic?.IsMadeOf(config, clusters) == true
                        ? topic
                        : new Topic(config, clusters, LedgerOf(config.Topic), LimitsOf(config.Topic), _policies.Of(config)));
            }

            var after = new CatalogSnapshot(
                before.Version + 1, [.. topics, .. _autoCreated.Values], Encoding.UTF8.GetBytes(innerTopicPrefix), limits);
            foreach (Topic topic in after.Topics)
            {
                SetLimits(topic, limits);
            }

            foreach (Topic topic in before.Topics.Where(topic => after.Find(topic.NameBytes) is null))
            {
                _removed[topic.Name] = _time.GetTimestamp();
            }

            _current = after;
            return after;
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
            if (topic is not null || _autoCreated.Count >= _maxAutoCreated || utf8Name.StartsWith(PrefixOrNever(snapshot)))
            {
                return topic;
            }

            string name = Encoding.UTF8.GetString(utf8Name);
            var config = new TopicConfig
            {
                Topic = name,
                TopicUnits = [new TopicUnitConfig { BrokerCluster = _autoCreateOn!.Name }],
            };
            topic = new Topic(config, [_autoCreateOn], LedgerOf(name), LimitsOf(name), _policies.Of(config));
            SetLimits(topic, snapshot.Limits);
            _autoCreated.Add(name, topic);
            snapshot = new CatalogSnapshot(snapshot.Version + 1, [.. snapshot.Topics, topic], snapshot.InnerTopicPrefix, snapshot.Limits);
            _current = snapshot;
            return topic;
        }
    }

    // No valid name begins with a zero byte.
    private static ReadOnlySpan<byte> PrefixOrNever(CatalogSnapshot snapshot) =>
        snapshot.InnerTopicPrefix.IsEmpty ? "\0"u8 : snapshot.InnerTopicPrefix.Span;

    // The console writes the largest number there is where no proxy is bound: the sum needs more room.
    private static void SetLimits(Topic topic, NodeLimits limits) => topic.Limits.Set(
        topic.Config.TopicUnits.Sum(unit => (double)unit.MaxTps), topic.Policy.MaxBytesPerSecond, limits.WarningRatio);

    private AdmissionLimits LimitsOf(string topic)
    {
        if (!_limits.TryGetValue(topic, out AdmissionLimits? limits))
        {
            limits = new AdmissionLimits(topic, _time, _maxBytesInFlight);
            _limits.Add(topic, limits);
        }

        return limits;
    }

    private TopicLedger LedgerOf(string topic)
    {
        _removed.Remove(topic);
        if (!_ledgers.TryGetValue(topic, out TopicLedger? ledger))
        {
            ledger = new TopicLedger(topic);
            _ledgers.Add(topic, ledger);
        }

        return ledger;
    }

    private void ForgetRemoved()
    {
        if (_removed.Count == 0)
        {
            return;
        }

        foreach (string topic in _removed.Where(removed => _time.GetElapsedTime(removed.Value) > RemovedLedgerAge).Select(removed => removed.Key).ToList())
        {
            if (_ledgers[topic].InFlight == 0)
            {
                RemovedTopics.Absorb(_ledgers[topic]);
                _ledgers.Remove(topic);
                _limits.Remove(topic);
                _removed.Remove(topic);
            }
        }
    }
}
