using Ddmq.Core.Diagnostics.Recording;
using Ddmq.Core.Pipeline;
using Ddmq.Core.Storage;
using Ddmq.Core.Topics;
using Ddmq.Proxy.LiveConfiguration;
using Ddmq.Proxy.Spooling;
using Ddmq.Proxy.Thrift;
using Ddmq.Thrift.Server;

namespace Ddmq.Proxy.Admin;

/// <summary>What the admin endpoints look at. They only read; every part is thread-safe.</summary>
/// <param name="Service">Calls by method, and whether the proxy is stopping.</param>
/// <param name="Connections">Connections, frames and bytes.</param>
/// <param name="Catalog">Topics and their ledgers.</param>
/// <param name="Store">The embedded store, or what a test put in its place.</param>
/// <param name="Clusters">The broker clusters.</param>
/// <param name="Pipeline">What waits in it, and how long messages take.</param>
/// <param name="Recorder">What became of the last messages; null when it is switched off.</param>
/// <param name="Spool">What waits on the disk.</param>
internal sealed record ProxyStatus(
    ProducerService Service,
    ThriftServerStatistics Connections,
    TopicCatalog Catalog,
    IMessageStore Store,
    ClusterSet Clusters,
    SendPipeline Pipeline,
    MessageRecorder? Recorder,
    ProxySpool Spool)
{
    private volatile bool _isListening;
    private volatile ZooKeeperSource? _configuration;

    /// <summary>When the proxy was put together.</summary>
    public DateTimeOffset Started { get; } = TimeProvider.System.GetUtcNow();

    /// <summary>Set when the Thrift port is open.</summary>
    public bool IsListening
    {
        get => _isListening;
        set => _isListening = value;
    }

    /// <summary>The configuration from ZooKeeper; null without.</summary>
    public ZooKeeperSource? Configuration
    {
        get => _configuration;
        set => _configuration = value;
    }

    /// <summary>Why messages are not taken now; null when they are.</summary>
    public string? NotReady
    {
        get
        {
            if (Service.IsStopping)
            {
                return "the proxy is stopping";
            }

            if (!IsListening)
            {
                return Configuration?.Status.WaitsFor ?? "the proxy is starting";
            }

            IReadOnlyList<(string Name, string? Trouble)> stores = StoresInUse();
            return stores.All(store => store.Trouble is not null) ? string.Join("; ", stores.Select(store => store.Trouble)) : null;
        }
    }

    /// <summary>What is not as it should be beside <see cref="NotReady"/>, one line each.</summary>
    public IReadOnlyList<string> Degradations
    {
        get
        {
            ConfigurationStatus? configuration = Configuration?.Status;
            return
            [
                .. NotReady is null
                    ? StoresInUse().Where(store => store.Trouble is not null).Select(store => $"cluster {store.Name}: {store.Trouble}")
                    : [],
                .. Spool.Spool.Trouble is { } trouble ? [$"spool: {trouble}"] : Array.Empty<string>(),
                .. configuration?.WaitsFor is { } waits
                    ? [$"configuration: the last good one, saved at {configuration.RunsFromCacheOf:u}, is in force: {waits}"]
                    : Array.Empty<string>(),
                .. configuration?.Problems.Select(problem => $"configuration: {problem}") ?? [],
                .. configuration is { WaitsFor: null, Watcher.State: not Ddmq.Config.ZooKeeper.Watching.NodeWatcherState.Connected }
                    ? [$"configuration: no connection to ZooKeeper {configuration.Address} since {configuration.Watcher?.Since:u}; what was in force then still is"]
                    : Array.Empty<string>(),
            ];
        }
    }

    // The embedded store counts where topics can be kept in it.
    private IReadOnlyList<(string Name, string? Trouble)> StoresInUse()
    {
        IReadOnlyList<ClusterStatus> clusters = Clusters.Status;
        bool usesEmbedded = clusters.Count == 0 || Configuration is null
            || Catalog.Current.Topics.Any(topic => topic.Clusters.Contains(Clusters.Embedded));
        return
        [
            .. usesEmbedded ? [(Clusters.Embedded.Name, Store.Trouble)] : Array.Empty<(string, string?)>(),
            .. clusters.Select(cluster => (cluster.Name, cluster.Trouble)),
        ];
    }
}
