using Ddmq.Core.Diagnostics;
using Ddmq.Core.Limits;
using Ddmq.Core.Topics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>
/// Puts settings in force: clusters first, then the catalog in one step, so that no request sees half of a change. Changes come from one
/// source, one at a time; reading is thread-safe.
/// </summary>
internal sealed partial class SettingsInForce
{
    private static readonly ILookup<string, string> NoTopics = Array.Empty<string>().ToLookup(topic => topic);

    private readonly TopicCatalog _catalog;
    private readonly ClusterSet _clusters;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _publishing = new();
    private volatile VersionedSettings? _current;

    /// <param name="catalog">What requests look at.</param>
    /// <param name="clusters">The clients.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Gets a line for every change: what, old and new, version, time.</param>
    public SettingsInForce(TopicCatalog catalog, ClusterSet clusters, TimeProvider time, ILogger<SettingsInForce> logger)
    {
        _catalog = catalog;
        _clusters = clusters;
        _time = time;
        _logger = logger;
        clusters.ClientReplaced = Publish;
    }

    /// <summary>Called after other topics have been put in force.</summary>
    public Action? TopicsChanged { get; set; }

    /// <summary>What is in force; null before the first <see cref="Apply"/>.</summary>
    public VersionedSettings? Current => _current;

    /// <summary>Makes ready what these settings need; nothing is in force yet, and nothing has changed when it throws.</summary>
    /// <exception cref="SettingsException">They cannot be put in force.</exception>
    public PreparedSettings Prepare(ProxySettings settings) =>
        new(settings, _clusters.Prepare(ClusterSettings.From(settings.Node)));

    /// <summary>Puts prepared settings in force.</summary>
    /// <returns>Completes when every added cluster has been reached, or could not be; the settings are in force before.</returns>
    public Task Apply(PreparedSettings prepared)
    {
        ProxySettings settings = prepared.Settings;
        IReadOnlyList<string> changes = SettingsChanges.Describe(_current?.Settings, settings);
        ILookup<string, string> topics = settings.Topics.Values
            .SelectMany(topic => topic.TopicUnits.Select(unit => (unit.BrokerCluster, topic.Topic)).Distinct())
            .ToLookup(pair => pair.BrokerCluster, pair => pair.Topic, StringComparer.Ordinal);
        Task reached = _clusters.Apply(prepared.Clusters, settings.Node.WarmUpFetchTopicRouteInfo ? topics : NoTopics);
        _clusters.ForEachClient(client => ClusterClients.Tune(client, settings.Node));
        if (_current is null || changes.Count > 0)
        {
            _current = new VersionedSettings(settings, (_current?.Version ?? 0) + 1, _time.GetUtcNow());
            Publish();
            Log.Changed(_logger, _current.Version, settings.Origin, changes.Count == 0 ? "no topics" : string.Join("; ", changes));
        }

        _clusters.RemoveOthers(prepared.Clusters, topics);
        return reached;
    }

    private void Publish()
    {
        lock (_publishing)
        {
            if (_current?.Settings is { } settings)
            {
                _catalog.Replace(
                    settings.Topics.Values.Select(topic => (topic, ClustersOf(topic))), settings.Node.Delay.ChronosInnerTopicPrefix,
                    new NodeLimits
                    {
                        IsOn = settings.Node.UseRequestLimiter,
                        MaxTps = settings.Node.MaxTps,
                        MaxBytesPerSecond = settings.Node.MaxBytesPerSecond,
                        WarningRatio = settings.Node.TpsWarningRatio,
                        MaxWaiting = settings.Node.LimiterFailureRetryQueueSize,
                    });
                TopicsChanged?.Invoke();
            }
        }
    }

    private IReadOnlyList<Cluster> ClustersOf(TopicConfig topic) => topic.TopicUnits.Count == 1
        ? [_clusters.Get(topic.TopicUnits[0].BrokerCluster)]
        : [.. topic.TopicUnits.Select(unit => unit.BrokerCluster).Distinct(StringComparer.Ordinal).Select(_clusters.Get)];

    private static partial class Log
    {
        [LoggerMessage(EventIds.Config + 45, LogLevel.Information, "Configuration version {Version} in force, from {Origin}: {Changes}")]
        public static partial void Changed(ILogger logger, long version, string origin, string changes);
    }
}
