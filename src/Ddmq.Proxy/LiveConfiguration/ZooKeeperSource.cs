using Ddmq.Config;
using Ddmq.Config.ZooKeeper;
using Ddmq.Config.ZooKeeper.Caching;
using Ddmq.Config.ZooKeeper.Watching;
using Ddmq.Core.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>
/// Settings from ZooKeeper's nodes: watched, checked, put in force, and kept on disk for a start without ZooKeeper.
/// <code>
/// NodeWatcher ─► AcceptedNodes.Take (what is good, what is refused) ─► SettingsInForce ─► cache
/// </code>
/// </summary>
internal sealed partial class ZooKeeperSource : IAsyncDisposable
{
    private static readonly TimeSpan WaitReport = TimeSpan.FromSeconds(1);

    private readonly CarreraOptions _file;
    private readonly string _instance;
    private readonly ZooKeeperAddress _address;
    private readonly SettingsInForce _inForce;
    private readonly CacheWriter _cache;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly TaskCompletionSource<Task> _firstInForce = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _firstRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NodeWatcher? _watcher;
    private volatile AcceptedNodes _nodes;
    private volatile CachedNodes? _runsFromCache;
    private long _refusals;

    private ZooKeeperSource(CarreraOptions file, string home, string instance, SettingsInForce inForce, ILoggerFactory loggers)
    {
        _file = file;
        _instance = instance;
        _address = ZooKeeperAddress.Parse(ZooKeeperAddress.WithConfigRoot(file.ZookeeperAddr));
        _inForce = inForce;
        _logger = loggers.CreateLogger<ZooKeeperSource>();
        _nodes = new AcceptedNodes(file, instance);
        ZooKeeperOptions options = file.Ddmq.Zookeeper;
        History = new NodeCache(Path.GetFullPath(options.CachePath, home), _address, instance, loggers.CreateLogger<NodeCache>(), options.CacheVersions);
        _cache = new CacheWriter(History, _logger);
    }

    /// <summary>The file's settings, which stand beside ZooKeeper's.</summary>
    public CarreraOptions File => _file;

    /// <summary>The last good configurations on the disk.</summary>
    public NodeCache History { get; }

    /// <summary>The proxy's own node, with the chroot: what an operator looks for.</summary>
    public string OwnPath => $"{_address.Chroot}/pproxy/{_instance}";

    /// <summary>How it stands.</summary>
    public ConfigurationStatus Status => new()
    {
        Instance = _instance,
        Address = _address.Text,
        OwnPath = OwnPath,
        Watcher = _watcher?.Status,
        RunsFromCacheOf = _runsFromCache?.SavedAt,
        Problems = _nodes.Problems,
        Refusals = Interlocked.Read(ref _refusals),
        InForce = _inForce.Current,
    };

    /// <summary>Begins to watch; does not wait.</summary>
    /// <exception cref="StartupException">ZooKeeper's client is missing, or the name cannot be a node's.</exception>
    public static ZooKeeperSource Start(CarreraOptions file, string home, string instance, SettingsInForce inForce, ILoggerFactory loggers)
    {
        var source = new ZooKeeperSource(file, home, instance, inForce, loggers);
        source.Watch(loggers);
        return source;
    }

    /// <summary>
    /// Waits until settings are in force: ZooKeeper's, or after <c>ddmq.zookeeper.startWaitMs</c> the last good ones from the disk. Without
    /// either it waits on, and the log says what for.
    /// </summary>
    /// <returns>Completes when the clusters have been reached, or could not be.</returns>
    /// <exception cref="OperationCanceledException">Told to give up.</exception>
    public async Task<Task> WaitForSettingsAsync(CancellationToken cancellation)
    {
        Task<Task> first = _firstInForce.Task;
        await Task.WhenAny(first, _firstRead.Task, Task.Delay(_file.Ddmq.Zookeeper.StartWaitMs, cancellation)).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (!first.IsCompleted)
        {
            await TryCacheAsync(cancellation).ConfigureAwait(false);
        }

        string? said = null;
        while (!first.IsCompleted)
        {
            if (Status.WaitsFor is { } reason && reason != said)
            {
                Log.Waiting(_logger, reason);
                ReadyFile.WriteWaiting(reason);
                said = reason;
            }

            await Task.WhenAny(first, Task.Delay(WaitReport, cancellation)).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
        }

        return await first.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_watcher is not null)
        {
            await _watcher.DisposeAsync().ConfigureAwait(false);
        }

        await _cache.DisposeAsync().ConfigureAwait(false);
    }

    private void Watch(ILoggerFactory loggers)
    {
        ZooKeeperOptions options = _file.Ddmq.Zookeeper;
        try
        {
            _watcher = NodeWatcher.Start(
                new NodeWatcherOptions
                {
                    Address = _address,
                    InstanceName = _instance,
                    TopicNames = own => AcceptedNodes.TopicNames(own, _file),
                    Credentials = options.DigestAuth.Length == 0 ? [] : [("digest", options.DigestAuth)],
                    SessionTimeout = TimeSpan.FromMilliseconds(options.SessionTimeoutMs),
                    CheckInterval = TimeSpan.FromMilliseconds(options.CheckIntervalMs),
                    Logger = loggers.CreateLogger<NodeWatcher>(),
                },
                async (snapshot, cancellation) => await TakeAsync(snapshot, $"ZooKeeper {_address.Text}", null, cancellation).ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is ZooKeeperException or ArgumentException)
        {
            throw new StartupException(exception.Message, exception);
        }
    }

    private async Task TryCacheAsync(CancellationToken cancellation)
    {
        if (_cache.Load() is { } cached)
        {
            await TakeAsync(cached.Snapshot, $"{cached.File} of {cached.SavedAt:u}", cached, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Takes nodes over, from ZooKeeper or (when <paramref name="cached"/> is set) from the disk.</summary>
    private async Task TakeAsync(NodeSnapshot snapshot, string origin, CachedNodes? cached, CancellationToken cancellation)
    {
        await _oneAtATime.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (cached is not null && _inForce.Current is not null)
            {
                return; // ZooKeeper was quicker after all
            }

            Put(snapshot, origin, cached);
        }
        finally
        {
            if (cached is null)
            {
                _firstRead.TrySetResult();
            }

            _oneAtATime.Release();
        }
    }

    private void Put(NodeSnapshot snapshot, string origin, CachedNodes? cached)
    {
        AcceptedNodes next = _nodes.Take(snapshot, origin);
        if (next.Settings is { } settings)
        {
            PreparedSettings prepared;
            try
            {
                prepared = _inForce.Prepare(settings);
            }
            catch (SettingsException exception)
            {
                next = _nodes.Take(snapshot, origin, exception.Message);
                if (next.Settings is null)
                {
                    Remember(next);
                    return;
                }

                prepared = _inForce.Prepare(next.Settings);
            }

            Task reached = _inForce.Apply(prepared);
            if (cached is not null)
            {
                _runsFromCache = cached;
                Log.FromCache(_logger, cached.File, cached.SavedAt, Status.WaitsFor ?? _address.Text);
            }
            else if (snapshot.Own.Presence == NodePresence.Present)
            {
                _runsFromCache = null;
                _cache.Save(next.LastGood(TimeProvider.System.GetUtcNow())!);
            }

            _firstInForce.TrySetResult(reached);
        }

        Remember(next);
    }

    // Each problem is one line when it comes and one when it has gone.
    private void Remember(AcceptedNodes next)
    {
        var before = _nodes.Problems.ToHashSet();
        var after = next.Problems.ToHashSet();
        foreach (NodeProblem problem in next.Problems.Where(problem => !before.Contains(problem)))
        {
            Interlocked.Increment(ref _refusals);
            if (problem.IsExpectedToPass)
            {
                Log.NotYetWritten(_logger, problem.Path, problem.Reason);
            }
            else
            {
                Log.Refused(_logger, problem.Path, problem.Version, problem.Reason);
            }
        }

        foreach (NodeProblem problem in _nodes.Problems.Where(problem => !next.Problems.Any(still => still.Path == problem.Path)))
        {
            Log.Mended(_logger, problem.Path);
        }

        _nodes = next;
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Config + 46, LogLevel.Warning, "Waiting: {Reason}")]
        public static partial void Waiting(ILogger logger, string reason);

        [LoggerMessage(EventIds.Config + 47, LogLevel.Warning,
            "Running with the last good configuration, {File} saved at {SavedAt:u}, until ZooKeeper has one: {Reason}")]
        public static partial void FromCache(ILogger logger, string file, DateTimeOffset savedAt, string reason);

        [LoggerMessage(EventIds.Config + 48, LogLevel.Error, "Refused: {Path} version {Version}: {Reason}")]
        public static partial void Refused(ILogger logger, string path, int version, string reason);

        [LoggerMessage(EventIds.Config + 49, LogLevel.Information, "{Path}: {Reason}")]
        public static partial void NotYetWritten(ILogger logger, string path, string reason);

        [LoggerMessage(EventIds.Config + 50, LogLevel.Information, "{Path} is in force again as ZooKeeper has it, or no longer needed")]
        public static partial void Mended(ILogger logger, string path);
    }
}
