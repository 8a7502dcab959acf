using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ddmq.Config.ZooKeeper;

/// <summary>What a session is opened with; read once.</summary>
public sealed class ZooKeeperSessionOptions
{
    /// <summary>Where the ensemble is. Required.</summary>
    public required ZooKeeperAddress Address { get; init; }

    /// <summary>
    /// How long the server keeps a session it does not hear from; 100 ms to 10 min, and the server may grant less or more
    /// (<see cref="ZooKeeperSession.GrantedTimeout"/>). A connection is given up after two thirds of it without an answer. Default
    /// 10 s, where the original has 30: nothing here is lost with a session, and a dead server is noticed sooner.
    /// </summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Called when the session's state changes; null for nobody. Runs on the client's thread, one call at a time and in order with
    /// <see cref="OnNode"/>: it must return at once and must not wait for a call of this session.
    /// </summary>
    public Action<SessionState>? OnState { get; init; }

    /// <summary>Called once for every watch that fires, with the node's path; the same rules.</summary>
    public Action<NodeEventKind, string>? OnNode { get; init; }

    /// <summary>Gets the C client's own lines at Debug, and bugs at Error. Default: nobody.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
