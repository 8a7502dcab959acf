using Ddmq.Config;
using Ddmq.Core.Spooling;
using Ddmq.Core.Topics;
using Ddmq.Proxy.LiveConfiguration;
using Ddmq.Proxy.Logging;
using Ddmq.Storage.RocksDb.Spooling;
using Microsoft.Extensions.Logging;

namespace Ddmq.Proxy.Spooling;

/// <summary>
/// The spool of this proxy with its delivery. It is opened when some topic may need it, or when it holds messages of an earlier run;
/// otherwise it costs nothing.
/// </summary>
internal sealed class ProxySpool : IAsyncDisposable
{
    // As much as the embedded store leaves free.
    private const long MinFreeBytes = 256L * 1024 * 1024;

    private readonly string _path;
    private readonly TopicCatalog _catalog;

    /// <param name="options">The file's configuration.</param>
    /// <param name="home">The folder that relative paths are relative to.</param>
    /// <param name="catalog">The topics.</param>
    /// <param name="clusters">The clusters.</param>
    /// <param name="inForce">The waits between attempts.</param>
    /// <param name="loggers">Where logs go.</param>
    public ProxySpool(
        CarreraOptions options, string home, TopicCatalog catalog, ClusterSet clusters, SettingsInForce inForce, ILoggerFactory loggers)
    {
        SpoolOptions configured = options.Ddmq.Spool;
        _path = Path.GetFullPath(configured.Path, home);
        _catalog = catalog;
        Spool = new Spool(
            new SpoolSettings
            {
                MaxBytes = configured.MaxBytes,
                MaxBytesPerTopic = configured.MaxBytesPerTopic,
                MaxAge = TimeSpan.FromHours(configured.MaxAgeHours),
                MaxInFlight = configured.MaxInFlight,
                MaxWait = TimeSpan.FromMilliseconds(configured.MaxWaitMs),
                AttemptTimeout = TimeSpan.FromMilliseconds(options.Ddmq.Send.AsyncTimeoutMs),
            },
            () => RocksDbSpoolLog.Open(_path, MinFreeBytes, TimeProvider.System, loggers.CreateLogger<RocksDbSpoolLog>()),
            TimeProvider.System,
            loggers.CreateLogger<Spool>());
        Delivery = new SpoolDelivery(
            Spool,
            catalog,
            clusters.Get,
            () => inForce.Current?.Settings.Node.RetryDelays ?? [],
            new DropFile(Path.GetFullPath(options.Ddmq.Logs.Path, home), TimeProvider.System),
            TimeProvider.System,
            loggers.CreateLogger<SpoolDelivery>());
    }

    /// <summary>What is in it.</summary>
    public Spool Spool { get; }

    /// <summary>What takes out of it.</summary>
    public SpoolDelivery Delivery { get; }

    /// <summary>Opens it if it is there, or if a topic that is configured or may come into being may need it.</summary>
    /// <param name="policies">The file's policies, which apply to topics not yet known too.</param>
    /// <exception cref="StartupException">It cannot be opened.</exception>
    public void OpenIfNeeded(IEnumerable<TopicPolicy> policies)
    {
        try
        {
            if (RocksDbSpoolLog.Exists(_path) || policies.Any(MaySpool) || IsNeeded())
            {
                Spool.Open();
            }
        }
        catch (SpoolException exception)
        {
            throw new StartupException(exception.Message, exception);
        }
    }

    /// <summary>The topics have changed: opens it if one of them needs it. A failure is logged and shows as trouble.</summary>
    public void TopicsChanged()
    {
        if (IsNeeded())
        {
            Spool.TryOpen();
        }
    }

    /// <summary>Delivers nothing more and closes it; what it holds stays on the disk. Idempotent.</summary>
    /// <param name="patience">How long what is on its way may take.</param>
    public async Task StopAsync(TimeSpan patience)
    {
        await Task.WhenAny(Delivery.StopAsync(), Task.Delay(patience)).ConfigureAwait(false);
        await Spool.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.Zero).ConfigureAwait(false);

    private static bool MaySpool(TopicPolicy policy) => policy.Durability == TopicDurability.SpoolOnFailure;

    private bool IsNeeded() => _catalog.Current.Topics.Any(topic => MaySpool(topic.Policy));
}
