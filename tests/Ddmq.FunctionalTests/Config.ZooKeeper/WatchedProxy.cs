using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using Ddmq.Config.ZooKeeper;
using Ddmq.Config.ZooKeeper.Watching;
using Ddmq.TestKit.Proxy;

namespace Ddmq.FunctionalTests.Config.ZooKeeper;

/// <summary>
/// A watcher as a proxy would run it, for nodes whose own text is simply a list of topics, with everything it handed over and logged.
/// </summary>
internal sealed class WatchedProxy : IAsyncDisposable
{
    public const string Name = "127.0.0.1:9613";
    public const string OwnPath = $"/pproxy/{Name}";

    private readonly Channel<NodeSnapshot> _snapshots = Channel.CreateUnbounded<NodeSnapshot>();
    private NodeWatcher? _watcher;

    /// <summary>Everything logged.</summary>
    public CapturedLog Log { get; } = new();

    /// <summary>The watcher.</summary>
    public NodeWatcher Watcher => _watcher!;

    /// <summary>Starts one on an address with chroot.</summary>
    public static WatchedProxy Start(
        string address, TimeSpan? quietTime = null, TimeSpan? sessionTimeout = null, TimeSpan? checkInterval = null, bool losesEvents = false,
        (string Scheme, string Credentials)[]? credentials = null, Func<NodeSnapshot, CancellationToken, ValueTask>? onChange = null)
    {
        var proxy = new WatchedProxy();
        var options = new NodeWatcherOptions
        {
            Address = ZooKeeperAddress.Parse(address),
            InstanceName = Name,
            TopicNames = Topics,
            Logger = proxy.Log,
            QuietTime = quietTime ?? TimeSpan.FromMilliseconds(50),
            MaxDelay = (quietTime ?? TimeSpan.FromMilliseconds(50)) * 4,
            SessionTimeout = sessionTimeout ?? TimeSpan.FromSeconds(30),
            CheckInterval = checkInterval ?? TimeSpan.FromMinutes(10),
            LosesEvents = losesEvents,
            Credentials = credentials ?? [],
        };
        proxy._watcher = NodeWatcher.Start(options, onChange ?? proxy.KeepAsync);
        return proxy;
    }

    /// <summary>What a node holds, as text; null when it is not there.</summary>
    public static string? Text(WatchedNode node) => node.Presence == NodePresence.Present ? Encoding.UTF8.GetString(node.Bytes.Span) : null;

    /// <summary>Creates the parents that every installation has.</summary>
    public static async Task CreateParentsAsync(ZooKeeperSession session)
    {
        await session.CreateAsync("/pproxy", "default"u8.ToArray());
        await session.CreateAsync("/topic", "default"u8.ToArray());
    }

    /// <summary>The next snapshot.</summary>
    public async Task<NodeSnapshot> NextAsync() => await _snapshots.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit);

    /// <summary>The first snapshot from now on in which a topic (or the own node, with null) holds a text; null for a missing node.</summary>
    public async Task<NodeSnapshot> WhenAsync(string? topic, string? text)
    {
        while (true)
        {
            NodeSnapshot snapshot = await NextAsync();
            WatchedNode? node = topic is null ? snapshot.Own : snapshot.Topics.GetValueOrDefault(topic);
            if (node is not null && node.Presence != NodePresence.Unreadable && Text(node) == text)
            {
                return snapshot;
            }
        }
    }

    /// <summary>Whether nothing was handed over beyond what the test has taken.</summary>
    public bool HasNoMore() => !_snapshots.Reader.TryRead(out _);

    /// <summary>Waits for a state; there is nothing to await but the status itself.</summary>
    public async Task<NodeWatcherStatus> WhenStatusAsync(Func<NodeWatcherStatus, bool> condition)
    {
        long started = Stopwatch.GetTimestamp();
        while (!condition(Watcher.Status))
        {
            if (Stopwatch.GetElapsedTime(started) > Patience.Limit)
            {
                throw new TimeoutException($"The watcher stays in {Watcher.Status}");
            }

            await Task.Delay(20);
        }

        return Watcher.Status;
    }

    public ValueTask DisposeAsync() => Watcher.DisposeAsync();

    private static string[]? Topics(ReadOnlyMemory<byte> bytes)
    {
        string text = Encoding.UTF8.GetString(bytes.Span);
        return text == "carrera" ? null : text.Split(',', StringSplitOptions.RemoveEmptyEntries);
    }

    private ValueTask KeepAsync(NodeSnapshot snapshot, CancellationToken cancellationToken) => _snapshots.Writer.WriteAsync(snapshot, cancellationToken);
}
