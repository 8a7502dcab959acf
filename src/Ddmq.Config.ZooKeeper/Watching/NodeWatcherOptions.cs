using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ddmq.Config.ZooKeeper.Watching;

/// <summary>What a <see cref="NodeWatcher"/> watches, and how. Read once.</summary>
public sealed class NodeWatcherOptions
{
    /// <summary>The ensemble, with the chroot below which <c>/pproxy</c> and <c>/topic</c> lie. Required.</summary>
    public required ZooKeeperAddress Address { get; init; }

    /// <summary>Under which name ZooKeeper knows this proxy: <c>host:port</c>. Required.</summary>
    public required string InstanceName { get; init; }

    /// <summary>
    /// The topics that the own node's bytes name, or null when they cannot be understood: then the topics before stay watched. Called
    /// on one thread at a time. Required.
    /// </summary>
    public required Func<ReadOnlyMemory<byte>, IReadOnlyCollection<string>?> TopicNames { get; init; }

    /// <summary>Credentials for nodes that not everybody may read, for example <c>("digest", "user:password")</c>. Empty by default.</summary>
    public IReadOnlyList<(string Scheme, string Credentials)> Credentials { get; init; } = [];

    /// <summary>See <see cref="ZooKeeperSessionOptions.SessionTimeout"/>. Default 10 s.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often all nodes are compared with ZooKeeper, without their data, so that a lost event does not last. Default 60 s.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>After an event, how long it must be quiet before the changed nodes are read. Default 50 ms.</summary>
    public TimeSpan QuietTime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long further events can delay reading. Default 200 ms.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How many nodes are read at once. Default 256.</summary>
    public int MaxReadsInFlight { get; init; } = 256;

    /// <summary>The time for waiting and for timestamps.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Gets one line for each change of state. Default: nobody.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The proxy's own node.</summary>
    public string OwnPath => $"/pproxy/{InstanceName}";

    /// <summary>For tests: as if every event about a node got lost.</summary>
    internal bool LosesEvents { get; init; }

    /// <summary>A topic's node.</summary>
    public static string TopicPath(string topic) => $"/topic/{topic}";

    internal IEnumerable<(string Scheme, byte[] Bytes)> CredentialBytes() => Credentials.Select(item => (item.Scheme, Encoding.UTF8.GetBytes(item.Credentials)));
}
