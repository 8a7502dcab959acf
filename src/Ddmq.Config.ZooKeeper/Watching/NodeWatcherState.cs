namespace Ddmq.Config.ZooKeeper.Watching;

/// <summary>How a watcher stands with ZooKeeper. In every state but <see cref="Stopped"/> it goes on trying by itself.</summary>
public enum NodeWatcherState
{
    /// <summary>No server answers yet, or any more.</summary>
    Connecting,

    /// <summary>Changes are seen.</summary>
    Connected,

    /// <summary>The session was ended by the server; a new one is on its way.</summary>
    Expired,

    /// <summary>The credentials were refused; they are tried again, at growing intervals.</summary>
    AuthFailed,

    /// <summary>Disposed.</summary>
    Stopped,
}
