using Ddmq.Core.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Config.ZooKeeper.Watching;

/// <summary>
/// Keeps a <see cref="WatchedSet"/> current, over as many sessions as it takes, one after the other.
/// <code>
///            ┌──────────── back-off ◄── expired, refused, unreachable for long, lost again and again
///            ▼                                             ▲
/// open a session ─► connected ─► credentials ─► read all ──┴─► wait ─► settle ─► read what changed ─► snapshot
///                       ▲                                       │ ▲                                      │
///                       └──────── connection found again ◄──────┘ └──────────────────────────────────────┘
/// </code>
/// </summary>
internal sealed partial class WatchLoop(NodeWatcherOptions options, WatchJournal journal, Action<NodeSnapshot> publish) : IDisposable
{
    // The client asks a server that is set on too many watches to restore them all in one packet; the server takes it for an attack
    // and closes the connection, for ever. A new session sets its watches one by one.
    private const int MaxLossesInRow = 3;

    // While disconnected the client goes through all servers, two thirds of the session timeout each. After so many timeouts the
    // session has expired anyway, and host names may have new addresses.
    private const int PatienceInTimeouts = 3;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    private readonly ChangeQueue _changes = new(options.TimeProvider);
    private readonly WatchedSet _set = new(options);
    private readonly Backoff _backoff = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), Random.Shared);
    private ITimer? _checkTimer;
    private ITimer? _patience;
    private RegularCheck? _check;
    private volatile bool _introduced;
    private int _lossesInRow;

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _check = new RegularCheck(_set, _changes, journal);
        _checkTimer = options.TimeProvider.CreateTimer(_ => _check.Ask(), null, options.CheckInterval, options.CheckInterval);
        _patience = options.TimeProvider.CreateTimer(_ => _changes.Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await RunSessionAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                Log.Unexpected(options.Logger, exception);
            }

            Task wait = Task.Delay(_backoff.Next(), options.TimeProvider, cancellationToken);
            await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>After the end of <see cref="RunAsync"/>.</summary>
    public void Dispose()
    {
        _checkTimer?.Dispose();
        _patience?.Dispose();
    }

    private async Task RunSessionAsync(CancellationToken cancellationToken)
    {
        ZooKeeperSession session;
        _lossesInRow = 0;
        _introduced = false;
        _check!.Restart();
        try
        {
            session = await ZooKeeperSession.OpenAsync(SessionOptions(), cancellationToken).ConfigureAwait(false);
        }
        catch (ZooKeeperException exception)
        {
            journal.NotOpened(exception.Message);
            return;
        }

        await using (session.ConfigureAwait(false))
        {
            // Ends the calls that would otherwise wait for a silent server.
            await using CancellationTokenRegistration registration = cancellationToken.Register(() => _ = session.DisposeAsync());
            journal.SessionOpened();
            await ServeAsync(session, cancellationToken).ConfigureAwait(false);
        }
    }

    private ZooKeeperSessionOptions SessionOptions() => new()
    {
        Address = options.Address,
        SessionTimeout = options.SessionTimeout,
        Logger = options.Logger,
        OnState = OnState,
        OnNode = OnNode,
    };

    // On the client's thread.
    private void OnState(SessionState state)
    {
        switch (state)
        {
            case SessionState.Connected:
                if (_introduced)
                {
                    journal.Connected();
                }

                _changes.MarkAll();
                return;
            case SessionState.Expired:
                journal.Expired();
                break;
            case SessionState.AuthFailed:
                journal.AuthFailed();
                break;
            default:
                Interlocked.Increment(ref _lossesInRow);
                journal.ConnectionLost();
                break;
        }

        _changes.Wake();
    }

    // On the client's thread.
    private void OnNode(NodeEventKind kind, string path)
    {
        if (!options.LosesEvents)
        {
            journal.EventSeen();
            _changes.Mark(path);
        }
    }

    /// <summary>Returns when another session is needed.</summary>
    private async Task ServeAsync(ZooKeeperSession session, CancellationToken cancellationToken)
    {
        var reader = new NodeReader(session, options.MaxReadsInFlight);
        long disconnected = options.TimeProvider.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (session.State)
            {
                case SessionState.Connected when !_introduced:
                    await AddCredentialsAsync(session, cancellationToken).ConfigureAwait(false);
                    continue;
                case SessionState.Connected:
                    disconnected = 0;
                    await ServeConnectedAsync(reader, cancellationToken).ConfigureAwait(false);
                    continue;
                case SessionState.Connecting when Volatile.Read(ref _lossesInRow) < MaxLossesInRow:
                    disconnected = disconnected == 0 ? options.TimeProvider.GetTimestamp() : disconnected;
                    if (!await WaitForServerAsync(disconnected, cancellationToken).ConfigureAwait(false))
                    {
                        return;
                    }

                    continue;
                default:
                    return;
            }
        }
    }

    private async Task AddCredentialsAsync(ZooKeeperSession session, CancellationToken cancellationToken)
    {
        foreach ((string scheme, byte[] bytes) in options.CredentialBytes())
        {
            ZooKeeperError error = await session.AddAuthAsync(scheme, bytes).ConfigureAwait(false);
            if (error != ZooKeeperError.Ok)
            {
                await Task.Delay(RetryDelay, options.TimeProvider, cancellationToken).ConfigureAwait(false);
                return;
            }
        }

        _introduced = true;
        journal.Connected();
    }

    /// <summary>False when it has lasted too long.</summary>
    private async Task<bool> WaitForServerAsync(long since, CancellationToken cancellationToken)
    {
        TimeSpan patience = options.SessionTimeout * PatienceInTimeouts;
        TimeSpan left = patience - options.TimeProvider.GetElapsedTime(since);
        if (left <= TimeSpan.Zero)
        {
            journal.Unreachable(patience);
            return false;
        }

        _patience!.Change(left, Timeout.InfiniteTimeSpan);
        await _changes.WaitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task ServeConnectedAsync(NodeReader reader, CancellationToken cancellationToken)
    {
        if (!_changes.IsEmpty)
        {
            await _changes.SettleAsync(options.QuietTime, options.MaxDelay, cancellationToken).ConfigureAwait(false);
            await ReadChangesAsync(reader, cancellationToken).ConfigureAwait(false);
        }
        else if (_check!.IsUnderWay)
        {
            await _check.ContinueAsync(reader).ConfigureAwait(false);
        }
        else
        {
            await _changes.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ReadChangesAsync(NodeReader reader, CancellationToken cancellationToken)
    {
        HashSet<string> paths = _changes.Take() ?? [.. _set.Paths];
        paths.RemoveWhere(path => !_set.Contains(path));
        int count = paths.Count;

        // The own node first: it says which topics there are to read.
        if (paths.Contains(options.OwnPath) && await reader.ReadAsync(options.OwnPath).ConfigureAwait(false) is { } own)
        {
            paths.Remove(options.OwnPath);
            IReadOnlyCollection<string> added = _set.Apply(own);
            paths.UnionWith(added);
            paths.RemoveWhere(path => !_set.Contains(path));
            count += added.Count;
        }

        if (!paths.Contains(options.OwnPath))
        {
            foreach (WatchedNode node in await reader.ReadAsync(paths).ConfigureAwait(false))
            {
                _set.Apply(node);
                paths.Remove(node.Path);
            }
        }

        journal.NodesRead(count - paths.Count);
        journal.NodesKnown(_set.OwnIsMissing, _set.TopicCount);
        if (paths.Count > 0)
        {
            _changes.Mark(paths);
            await Task.Delay(RetryDelay, options.TimeProvider, cancellationToken).ConfigureAwait(false);
            return;
        }

        Volatile.Write(ref _lossesInRow, 0);
        _backoff.Reset();
        if (_set.HasNews)
        {
            publish(_set.TakeSnapshot());
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Config + 121, LogLevel.Error, "Watching ZooKeeper met an exception; going on with a new session")]
        public static partial void Unexpected(ILogger logger, Exception exception);
    }
}
