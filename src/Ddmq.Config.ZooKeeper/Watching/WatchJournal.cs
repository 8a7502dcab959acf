using Ddmq.Core.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Config.ZooKeeper.Watching;

/// <summary>What a watcher says about itself: its state and counts, and one log line per change of state. Thread-safe.</summary>
internal sealed partial class WatchJournal(NodeWatcherOptions options)
{
    private readonly Lock _gate = new();
    private NodeWatcherStatus _status = new()
    {
        State = NodeWatcherState.Connecting,
        Since = options.TimeProvider.GetUtcNow(),
        Detail = "",
        WaitingFor = null,
        LastSnapshotAt = null,
        Topics = 0,
        Snapshots = 0,
        Reads = 0,
        Events = 0,
        Reconnects = 0,
        Sessions = 0,
        MissedChanges = 0,
    };

    private long _connections;

    /// <summary>The state now.</summary>
    public NodeWatcherStatus Status
    {
        get
        {
            lock (_gate)
            {
                return _status;
            }
        }
    }

    public void SessionOpened()
    {
        Update(status => status with { Sessions = status.Sessions + 1 });
        if (Status.Sessions == 1)
        {
            Log.Connecting(options.Logger, options.Address.Text);
        }
    }

    /// <summary>A session could not be opened.</summary>
    public void NotOpened(string reason)
    {
        if (Status.Detail != reason)
        {
            Log.NotOpened(options.Logger, reason);
        }

        Enter(NodeWatcherState.Connecting, reason);
    }

    public void Connected()
    {
        bool first = Interlocked.Increment(ref _connections) == 1;
        Update(status => status with { Reconnects = status.Reconnects + (first ? 0 : 1) });
        Enter(NodeWatcherState.Connected, "");
        Log.Connected(options.Logger, options.Address.Text);
    }

    public void ConnectionLost()
    {
        Enter(NodeWatcherState.Connecting, "the connection was lost");
        Log.ConnectionLost(options.Logger, options.Address.Text);
    }

    /// <summary>No server has answered for a while.</summary>
    public void Unreachable(TimeSpan time)
    {
        Enter(NodeWatcherState.Connecting, "no server answers");
        Log.Unreachable(options.Logger, options.Address.Text, (long)time.TotalSeconds);
    }

    public void Expired()
    {
        Enter(NodeWatcherState.Expired, "the session expired");
        Log.Expired(options.Logger, options.Address.Text);
    }

    public void AuthFailed()
    {
        if (Status.State != NodeWatcherState.AuthFailed)
        {
            Log.AuthFailed(options.Logger, options.Address.Text);
        }

        Enter(NodeWatcherState.AuthFailed, "the credentials were refused");
    }

    public void Stopped() => Enter(NodeWatcherState.Stopped, "");

    public void EventSeen() => Update(status => status with { Events = status.Events + 1 });

    public void NodesRead(int count) => Update(status => status with { Reads = status.Reads + count });

    public void MissedChangesFound(int count)
    {
        Update(status => status with { MissedChanges = status.MissedChanges + count });
        Log.MissedChanges(options.Logger, count);
    }

    public void SnapshotHandedOver() =>
        Update(status => status with { Snapshots = status.Snapshots + 1, LastSnapshotAt = options.TimeProvider.GetUtcNow() });

    /// <summary>What is known of the nodes after a reading.</summary>
    public void NodesKnown(bool ownMissing, int topics)
    {
        string? waitingFor = ownMissing ? options.OwnPath : null;
        string? before = Status.WaitingFor;
        Update(status => status with { WaitingFor = waitingFor, Topics = topics });
        if (waitingFor is not null && before is null)
        {
            Log.OwnNodeMissing(options.Logger, options.Address.Chroot + waitingFor);
        }
        else if (waitingFor is null && before is not null)
        {
            Log.OwnNodeFound(options.Logger, options.Address.Chroot + before);
        }
    }

    private void Enter(NodeWatcherState state, string detail) => Update(status => status with
    {
        State = state,
        Since = status.State == state ? status.Since : options.TimeProvider.GetUtcNow(),
        Detail = detail,
    });

    private void Update(Func<NodeWatcherStatus, NodeWatcherStatus> change)
    {
        lock (_gate)
        {
            _status = change(_status);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Config + 110, LogLevel.Information, "Connecting to ZooKeeper {Address}")]
        public static partial void Connecting(ILogger logger, string address);

        [LoggerMessage(EventIds.Config + 111, LogLevel.Information, "Connected to ZooKeeper {Address}")]
        public static partial void Connected(ILogger logger, string address);

        [LoggerMessage(EventIds.Config + 112, LogLevel.Warning, "Lost the connection to ZooKeeper {Address}; the configuration stays as it is meanwhile")]
        public static partial void ConnectionLost(ILogger logger, string address);

        [LoggerMessage(EventIds.Config + 113, LogLevel.Warning, "No server of ZooKeeper {Address} has answered for {Seconds} s; trying on")]
        public static partial void Unreachable(ILogger logger, string address, long seconds);

        [LoggerMessage(EventIds.Config + 114, LogLevel.Warning, "The session with ZooKeeper {Address} expired; opening another")]
        public static partial void Expired(ILogger logger, string address);

        [LoggerMessage(EventIds.Config + 115, LogLevel.Error, "ZooKeeper {Address} refused the credentials; trying on")]
        public static partial void AuthFailed(ILogger logger, string address);

        [LoggerMessage(EventIds.Config + 116, LogLevel.Warning, "{Reason} Trying on.")]
        public static partial void NotOpened(ILogger logger, string reason);

        [LoggerMessage(EventIds.Config + 117, LogLevel.Warning, "ZooKeeper has no node {Path}; waiting for it to be created")]
        public static partial void OwnNodeMissing(ILogger logger, string path);

        [LoggerMessage(EventIds.Config + 118, LogLevel.Information, "ZooKeeper has the node {Path} now")]
        public static partial void OwnNodeFound(ILogger logger, string path);

        [LoggerMessage(EventIds.Config + 119, LogLevel.Warning, "{Count} ZooKeeper nodes had changed without an event")]
        public static partial void MissedChanges(ILogger logger, int count);
    }
}
