using System.Text;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Limits;

namespace Ddmq.Core.Topics;

/// <summary>
/// A topic as a request sees it: what follows from its <see cref="TopicConfig"/> and the clusters in force, replaced
/// whole when either changes. Only <see cref="Ledger"/> and <see cref="Limits"/> live on. Thread-safe.
/// </summary>
public sealed class Topic
{
    /// <summary>What the original allows for a topic whose clusters set no limit, and for unknown topics, in bytes.</summary>
    public const int DefaultMaxMessageSize = 2 * 1024 * 1024;

    /// <param name="config">What is configured.</param>
    /// <param name="clusters">The topic's clusters, in any order.</param>
    /// <param name="ledger">The topic's counters, kept across changes.</param>
    /// <param name="limits">The topic's limits, kept across changes; null for new ones.</param>
    /// <param name="policy">The policy in force; null for the configuration's own.</param>
    public Topic(TopicConfig config, IEnumerable<Cluster> clusters, TopicLedger ledger, AdmissionLimits? limits = null, TopicPolicy? policy = null)
    {
        Config = config;
        Policy = policy ?? config.Policy;
        Name = config.Topic;
        NameBytes = Encoding.UTF8.GetBytes(config.Topic);
        Clusters = [.. clusters.OrderBy(cluster => cluster.Name, StringComparer.Ordinal)];
        MaxMessageSize = SmallestLimit(Clusters);
        Ledger = ledger;
        Limits = limits ?? new AdmissionLimits(Name, TimeProvider.System, long.MaxValue);
    }

    /// <summary>What is configured.</summary>
    public TopicConfig Config { get; }

    /// <summary>The policy in force: the configuration's, filled up from the proxy's file.</summary>
    public TopicPolicy Policy { get; }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The name in UTF-8. Not to be modified.</summary>
    public ReadOnlyMemory<byte> Utf8Name => NameBytes;

    /// <summary>The topic's clusters, sorted by name (ordinal), as cluster choice needs them.</summary>
    public IReadOnlyList<Cluster> Clusters { get; }

    /// <summary>The largest body, in bytes: the smallest limit among the clusters.</summary>
    public int MaxMessageSize { get; }

    /// <summary>What became of the topic's messages.</summary>
    public TopicLedger Ledger { get; }

    /// <summary>What this proxy takes for the topic: messages per second (the sum over its units), bytes per second, bytes in flight.</summary>
    public AdmissionLimits Limits { get; }

    /// <summary><see cref="Utf8Name"/> as the array it is, for lookup tables.</summary>
    internal byte[] NameBytes { get; }

    /// <summary>Whether a topic made anew from this configuration and these clusters would be the same.</summary>
    internal bool IsMadeOf(TopicConfig config, IReadOnlyCollection<Cluster> clusters) =>
        ReferenceEquals(Config, config) && Clusters.Count == clusters.Count && Clusters.All(clusters.Contains)
        && MaxMessageSize == SmallestLimit(clusters);

    private static int SmallestLimit(IEnumerable<Cluster> clusters) => clusters
        .Select(cluster => cluster.Store?.MaxMessageSize ?? DefaultMaxMessageSize).DefaultIfEmpty(DefaultMaxMessageSize).Min();
}
