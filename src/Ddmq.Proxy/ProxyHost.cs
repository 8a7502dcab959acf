using System.Net;
using System.Net.Sockets;
using Ddmq.Config;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Diagnostics.Recording;
using Ddmq.Core.Pipeline;
using Ddmq.Core.Retrying;
using Ddmq.Core.Storage;
using Ddmq.Core.Topics;
using Ddmq.Proxy.Admin;
using Ddmq.Proxy.LiveConfiguration;
using Ddmq.Proxy.Spooling;
using Ddmq.Proxy.Thrift;
using Ddmq.Storage.RocksDb;
using Ddmq.Thrift.Protocol;
using Ddmq.Thrift.Server;
using Ddmq.Thrift.Server.Epoll;
using Microsoft.Extensions.Logging;

namespace Ddmq.Proxy;

/// <summary>
/// The proxy put together and running: store, catalog, pipeline, Thrift front door, admin HTTP. Parts start from the
/// store outwards and stop in the other direction, so that nothing is ever accepted that has nowhere to go.
/// Several may run in one process.
/// </summary>
internal sealed partial class ProxyHost : IAsyncDisposable
{
    // An element claims memory many times its size on the wire, so lists and maps are bounded well below what a frame could
    // hold. One over the largest batch still gets its code 11.
    private const int MinContainerElements = 10_000;

    // A cluster that does not answer must not keep the others waiting.
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(5);

    // How long a request that began before its cluster was removed still finds the cluster's client.
    private static readonly TimeSpan LongestRequest = TimeSpan.FromSeconds(30);

    private readonly CarreraOptions _options;
    private readonly ILogger _logger;
    private readonly IMessageStore _store;
    private readonly ClusterSet _clusters;
    private readonly ProxySpool _spool;
    private readonly SendPipeline _pipeline;
    private readonly ProducerService _service;
    private readonly EventLoops? _loops;
    private readonly IThriftServer _thrift;
    private readonly SettingsInForce _inForce;
    private readonly ZooKeeperSource? _source;
    private readonly AdminServer? _admin;
    private Task? _stopping;

    private ProxyHost(
        CarreraOptions options,
        ILogger logger,
        IMessageStore store,
        ClusterSet clusters,
        ProxySpool spool,
        SendPipeline pipeline,
        ProducerService service,
        EventLoops? loops,
        IThriftServer thrift,
        SettingsInForce inForce,
        ZooKeeperSource? source,
        AdminServer? admin)
    {
        _options = options;
        _logger = logger;
        _store = store;
        _clusters = clusters;
        _spool = spool;
        _pipeline = pipeline;
        _service = service;
        _loops = loops;
        _thrift = thrift;
        _inForce = inForce;
        _source = source;
        _admin = admin;
    }

    /// <summary>Where the Thrift service listens.</summary>
    public IPEndPoint ThriftEndPoint => _thrift.LocalEndPoint;

    /// <summary>Where the admin HTTP listens; null when it is switched off.</summary>
    public IPEndPoint? AdminEndPoint => _admin?.LocalEndPoint;

    /// <summary>Counts the changes of the configuration, from 1.</summary>
    public long ConfigurationVersion => _inForce.Current?.Version ?? 0;

    /// <summary>
    /// Starts everything, and completes when messages are taken. What was started is stopped again when something fails.
    /// </summary>
    /// <param name="options">The file's configuration.</param>
    /// <param name="home">The folder that relative paths of the configuration are relative to.</param>
    /// <param name="loggers">Where logs go; stays the caller's.</param>
    /// <param name="parts">What takes the place of the real parts; null for nothing.</param>
    /// <param name="cancellation">Gives up waiting, for the configuration for example.</param>
    /// <exception cref="StartupException">Something an operator can mend.</exception>
    /// <exception cref="OperationCanceledException">Told to give up.</exception>
    public static async Task<ProxyHost> StartAsync(
        CarreraOptions options, string home, ILoggerFactory loggers, ProxyParts? parts = null, CancellationToken cancellation = default)
    {
        ILogger logger = loggers.CreateLogger<ProxyHost>();
        var started = new Stack<IAsyncDisposable>();
        try
        {
            ThriftOptions front = options.Ddmq.Thrift;
            var connections = new ConnectionLog(loggers.CreateLogger<ConnectionLog>());
            EventLoops? loops = front.Transport == ThriftTransport.Epoll
                ? EventLoops.Start(
                    front.EventLoops > 0 ? front.EventLoops : Math.Max(1, Environment.ProcessorCount / 2), connections.LoopFailed, Burst.Begin, Burst.EndRound)
                : null;
            if (loops is not null)
            {
                started.Push(loops);
            }

            IMessageStore store = parts?.EmbeddedStore ?? OpenStore(options, home, loggers);
            started.Push(store);
            var embedded = new Cluster(options.Ddmq.Store.ClusterName, store);
            var clusters = new ClusterSet(
                embedded, parts?.CreateClient ?? new ClusterClients(options.Ddmq, loggers, loops is null ? null : loops.TryWatch).Create, LongestRequest, loggers.CreateLogger<ClusterSet>());
            started.Push(clusters);

            // With ZooKeeper, its white list says which topics there are.
            var catalog = new TopicCatalog(
                options.Ddmq.Store.AutoCreateTopics && !options.UsesZooKeeper ? embedded : null,
                options.Ddmq.Store.MaxAutoCreatedTopics,
                policies: TopicConfigs.Policies(options.Ddmq.Topics),
                maxBytesInFlightPerTopic: options.Ddmq.Send.MaxBytesInFlightPerTopic is > 0 and long bytes ? bytes : options.Ddmq.Thrift.MaxBytesInFlight / 4);
            var inForce = new SettingsInForce(catalog, clusters, TimeProvider.System, loggers.CreateLogger<SettingsInForce>());
            var spool = new ProxySpool(options, home, catalog, clusters, inForce, loggers);
            started.Push(spool);
            var timeouts = new SendTimeouts(
                options.Ddmq.Send.AsyncTimeoutMs, options.Ddmq.Send.BatchTimeoutMs, options.Ddmq.Send.MaxTimeoutMs);
            MessageRecorder? recorder = options.Ddmq.Recorder.Entries > 0
                ? new MessageRecorder(options.Ddmq.Recorder.Entries, TimeProvider.System)
                : null;
            var pipeline = new SendPipeline(
                catalog,
                timeouts,
                TimeProvider.System,
                new DropLog(loggers.CreateLogger(DropLog.Category), options.Ddmq.Logs.DropBodies),
                loggers.CreateLogger<SendPipeline>(),
                new RetryOptions(options.Ddmq.Send.MaxAttempts, options.Ddmq.Send.RetryBudgetPercent),
                recorder,
                spool.Delivery,
                options.Ddmq.Send.DuplicateWindowEntries);
            var service = new ProducerService(pipeline, front.MaxBatchMessages, front.MaxBytesInFlight, connections.HandlerFailed);
            var dispatcher = new ThriftDispatcher(service.OnCall, FrontDoorOptions(options, logger))
            {
                ConnectionClosed = connections.Closed,
                HandlerFailed = connections.HandlerFailed,
            };

            // The admin port comes first: an operator can see what a start waits for.
            var status = new ProxyStatus(service, dispatcher.Statistics, catalog, store, clusters, pipeline, recorder, spool);
            AdminServer? admin = options.Ddmq.Admin.Enabled
                ? await AdminServer.StartAsync(options.Ddmq.Admin, status, loggers).ConfigureAwait(false)
                : null;
            if (admin is not null)
            {
                started.Push(admin);
            }

            ZooKeeperSource? source = await StartConfigurationAsync(options, home, inForce, status, loggers, cancellation).ConfigureAwait(false);
            if (source is not null)
            {
                started.Push(source);
            }

            spool.OpenIfNeeded(TopicConfigs.Policies(options.Ddmq.Topics).All);
            inForce.TopicsChanged = spool.TopicsChanged;
            IThriftServer thrift = await ListenAsync(options, dispatcher, loops, loggers).ConfigureAwait(false);
            status.IsListening = true;
            return new ProxyHost(options, logger, store, clusters, spool, pipeline, service, loops, thrift, inForce, source, admin);
        }
        catch
        {
            while (started.TryPop(out IAsyncDisposable? part))
            {
                await part.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>
    /// Stops in order: no new connections; calls that come on open ones are answered 20; what is in flight is answered;
    /// connections are closed; the spool delivers no more and is closed; the stores are closed. Bounded by <c>ddmq.stop.drainTimeoutMs</c>. Idempotent.
    /// </summary>
    public Task StopAsync() => _stopping ??= StopOnceAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    private async Task StopOnceAsync()
    {
        var drainTimeout = TimeSpan.FromMilliseconds(_options.Ddmq.Stop.DrainTimeoutMs);
        long begun = TimeProvider.System.GetTimestamp();
        TimeSpan Left() => drainTimeout - TimeProvider.System.GetElapsedTime(begun) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

        Log.Stopping(_logger, _service.Counters.InFlight);
        _service.RefuseNewCalls();
        _pipeline.EndWaits();
        if (_source is not null)
        {
            await _source.DisposeAsync().ConfigureAwait(false);
        }

        _thrift.StopListening();
        Task drained = _service.Counters.DrainedAsync();
        if (await Task.WhenAny(drained, Task.Delay(drainTimeout)).ConfigureAwait(false) != drained)
        {
            Log.NotDrained(_logger, _service.Counters.InFlight, drainTimeout.TotalMilliseconds);
        }

        await _thrift.StopAsync(Left()).ConfigureAwait(false);
        await _thrift.DisposeAsync().ConfigureAwait(false);
        await _spool.StopAsync(Left()).ConfigureAwait(false);
        await _clusters.DisposeAsync().ConfigureAwait(false);
        await _store.DisposeAsync().ConfigureAwait(false);
        if (_admin is not null)
        {
            await _admin.DisposeAsync().ConfigureAwait(false);
        }

        if (_loops is not null)
        {
            await _loops.DisposeAsync().ConfigureAwait(false);
        }

        _pipeline.Dispose();
        Log.Stopped(_logger, TimeProvider.System.GetElapsedTime(begun).TotalMilliseconds);
    }

    private static RocksDbStore OpenStore(CarreraOptions options, string home, ILoggerFactory loggers)
    {
        StoreOptions configured = options.Ddmq.Store;
        try
        {
            return RocksDbStore.Open(
                new RocksDbStoreOptions
                {
                    Path = Path.GetFullPath(configured.Path, home),
                    DefaultPartitions = configured.DefaultPartitions,
                    Partitions = configured.Partitions,
                    MaxMessageSize = configured.MaxMessageSize,
                    MaxQueuedBytes = configured.MaxQueuedBytes,
                    RetentionAge = TimeSpan.FromHours(configured.RetentionHours),
                    RetentionBytesPerPartition = configured.RetentionBytesPerPartition,
                },
                TimeProvider.System,
                loggers.CreateLogger<RocksDbStore>());
        }
        catch (RocksDbStoreException exception)
        {
            throw new StartupException(exception.Message, exception);
        }
    }

    private static async Task<ZooKeeperSource?> StartConfigurationAsync(
        CarreraOptions options, string home, SettingsInForce inForce, ProxyStatus status, ILoggerFactory loggers, CancellationToken cancellation)
    {
        ZooKeeperSource? source = null;
        Task reached;
        if (options.UsesZooKeeper)
        {
            string instance = InstanceName.Of(options) ?? throw new StartupException(InstanceName.WhyNone);
            source = ZooKeeperSource.Start(options, home, instance, inForce, loggers);
            status.Configuration = source;
            try
            {
                reached = await source.WaitForSettingsAsync(cancellation).ConfigureAwait(false);
            }
            catch
            {
                await source.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        else
        {
            reached = FileSource.Apply(options, inForce);
        }

        await Task.WhenAny(reached, Task.Delay(LongestWarmUp, cancellation)).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return source;
    }

    private static Ddmq.Thrift.Server.ThriftServerOptions FrontDoorOptions(CarreraOptions options, ILogger logger)
    {
        ThriftOptions front = options.Ddmq.Thrift;
        int maxConnections = Math.Min(front.MaxConnections, DescriptorLimit.ForConnections() ?? int.MaxValue);
        if (maxConnections < front.MaxConnections)
        {
            Log.FewerConnections(logger, front.MaxConnections, maxConnections);
        }

        return new Ddmq.Thrift.Server.ThriftServerOptions
        {
            MaxFrameBytes = front.MaxFrameBytes,
            MaxConnections = maxConnections,
            MaxInFlightPerConnection = front.MaxInFlightPerConnection,
            MaxReadBufferBytes = front.MaxBytesInFlight,
            FrameTimeout = front.FrameTimeoutMs == 0 ? TimeSpan.MaxValue : TimeSpan.FromMilliseconds(front.FrameTimeoutMs),
            OverLimitPause = TimeSpan.FromMilliseconds(front.OverLimitPauseMs),
            Backlog = options.CarreraConfiguration.ThriftServer.Backlog,
            Limits = new ThriftLimits { MaxContainerElements = Math.Max(front.MaxBatchMessages + 1, MinContainerElements) },
        };
    }

    private static async Task<IThriftServer> ListenAsync(
        CarreraOptions options, ThriftDispatcher dispatcher, EventLoops? loops, ILoggerFactory loggers)
    {
        var endPoint = new IPEndPoint(IPAddress.Parse(options.Ddmq.Thrift.BindAddress), options.Port);
        try
        {
            return loops is not null
                ? EpollServer.Start(endPoint, dispatcher, loops)
                : await KestrelThriftServer.StartAsync(endPoint, dispatcher, loggers).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            throw new StartupException(
                $"cannot listen on {endPoint} (port, ddmq.thrift.bindAddress): {exception.GetBaseException().Message}; "
                + "is another proxy running there? Choose another port in carrera.yaml or with DDMQ_PORT",
                exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Proxy + 11, LogLevel.Information, "Stopping: {InFlight} calls are in flight")]
        public static partial void Stopping(ILogger logger, long inFlight);

        [LoggerMessage(EventIds.Proxy + 14, LogLevel.Warning,
            "ddmq.thrift.maxConnections is {Configured}, but the limit of open files (ulimit -n) allows {InForce}: that is in force")]
        public static partial void FewerConnections(ILogger logger, int configured, int inForce);

        [LoggerMessage(EventIds.Proxy + 12, LogLevel.Warning,
            "{InFlight} calls were not answered within ddmq.stop.drainTimeoutMs = {TimeoutMs}; their connections are closed")]
        public static partial void NotDrained(ILogger logger, long inFlight, double timeoutMs);

        [LoggerMessage(EventIds.Proxy + 13, LogLevel.Information, "Stopped after {ElapsedMs:F0} ms")]
        public static partial void Stopped(ILogger logger, double elapsedMs);
    }
}
