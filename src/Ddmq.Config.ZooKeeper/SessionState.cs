namespace Ddmq.Config.ZooKeeper;

/// <summary>
/// Where a session stands.
/// <code>
/// Connecting ⇄ Connected      (a lost connection is found again by the client itself, watches included)
///     │            │
///     ├─► Expired  ├─► AuthFailed      (over: only a new session helps)
///     └────────────┴─► Closed          (disposed)
/// </code>
/// </summary>
public enum SessionState
{
    /// <summary>No server answers yet, or none any more. Calls wait for the next attempt and end with <see cref="ZooKeeperError.ConnectionLoss"/> when it fails.</summary>
    Connecting,

    /// <summary>A server serves this session.</summary>
    Connected,

    /// <summary>The server ended the session; its watches are gone.</summary>
    Expired,

    /// <summary>The server refused the credentials.</summary>
    AuthFailed,

    /// <summary>Disposed.</summary>
    Closed,
}
