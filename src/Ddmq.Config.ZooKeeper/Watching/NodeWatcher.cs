using System.Threading.Channels;
using Ddmq.Config.ZooKeeper.Native;
using Ddmq.Core.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Config.ZooKeeper.Watching;

/// <summary>
/// Watches a proxy's own node and the nodes of the topics it names, and hands over what they hold whenever it changes. It knows
/// nothing of their content and refuses nothing; it survives whatever happens to ZooKeeper, and says so in <see cref="Status"/>.
/// Thread-safe.
/// <list type="bullet">
/// <item>The first snapshot comes when all nodes were read once; a missing node is part of it.</item>
/// <item>Changes that follow each other within <see cref="NodeWatcherOptions.QuietTime"/> come in one snapshot.</item>
/// <item>When the own node is deleted, unreadable or not understood, its last topics stay watched.</item>
/// <item>After a lost connection or session everything is read again; there is a snapshot only if something changed.</item>
/// </list>
/// </summary>
public sealed partial class NodeWatcher : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<NodeSnapshot> _snapshots = Channel.CreateBounded<NodeSnapshot>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly NodeWatcherOptions _options;
    private readonly Func<NodeSnapshot, CancellationToken, ValueTask> _onChange;
    private readonly WatchJournal _journal;
    private readonly WatchLoop _loop;
    private readonly Task _watching;
    private readonly Task _delivering;
    private int _disposed;

    private NodeWatcher(NodeWatcherOptions options, Func<NodeSnapshot, CancellationToken, ValueTask> onChange)
    {
        _options = options;
        _onChange = onChange;
        _journal = new WatchJournal(options);
        _loop = new WatchLoop(options, _journal, snapshot => _snapshots.Writer.TryWrite(snapshot));
        _watching = Task.Run(() => _loop.RunAsync(_stopping.Token));
        _delivering = Task.Run(DeliverAsync);
    }

    /// <summary>How it goes.</summary>
    public NodeWatcherStatus Status => _journal.Status;

    /// <summary>Begins; does not wait for a connection.</summary>
    /// <param name="options">What to watch.</param>
    /// <param name="onChange">
    /// Gets each snapshot; one call at a time. While it runs, further changes are collected into one snapshot. An exception is logged
    /// and changes nothing. Its token is cancelled when the watcher is disposed, which waits for it.
    /// </param>
    /// <exception cref="ZooKeeperException">The native library is missing.</exception>
    /// <exception cref="ArgumentException">The instance name cannot be part of a path.</exception>
    public static NodeWatcher Start(NodeWatcherOptions options, Func<NodeSnapshot, CancellationToken, ValueTask> onChange)
    {
        if (!NodePath.IsValid(options.OwnPath) || options.InstanceName.Contains('/', StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{options.InstanceName}' cannot name a ZooKeeper node; expected host:port.", nameof(options));
        }

        ZooKeeperLibrary.EnsureLoaded();
        return new NodeWatcher(options, onChange);
    }

    /// <summary>Ends the session and waits for a callback under way; after it, none comes. Can be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
        }

        await _watching.ConfigureAwait(false);
        await _delivering.ConfigureAwait(false);
        _loop.Dispose();
        _journal.Stopped();
    }

    private async Task DeliverAsync()
    {
        try
        {
            await foreach (NodeSnapshot snapshot in _snapshots.Reader.ReadAllAsync(_stopping.Token).ConfigureAwait(false))
            {
                await DeliverAsync(snapshot).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task DeliverAsync(NodeSnapshot snapshot)
    {
        _journal.SnapshotHandedOver();
        try
        {
            await _onChange(snapshot, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (!_stopping.IsCancellationRequested)
        {
            Log.CallbackThrew(_options.Logger, exception);
        }
        catch (Exception)
        {
            // Disposed: it was told to give up.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Config + 122, LogLevel.Error, "Taking over a snapshot of ZooKeeper's nodes threw")]
        public static partial void CallbackThrew(ILogger logger, Exception exception);
    }
}
