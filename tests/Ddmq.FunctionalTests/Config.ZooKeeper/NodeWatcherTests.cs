using System.Collections.Concurrent;
using Ddmq.Config.ZooKeeper;
using Ddmq.Config.ZooKeeper.Watching;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.ZooKeeper;
using Microsoft.Extensions.Logging;
using Xunit;
using static Ddmq.FunctionalTests.Config.ZooKeeper.ZooKeeperFixture;

namespace Ddmq.FunctionalTests.Config.ZooKeeper;

/// <summary>What is handed over while ZooKeeper is well.</summary>
public sealed class NodeWatcherTests(ZooKeeperFixture fixture) : IClassFixture<ZooKeeperFixture>, IAsyncLifetime
{
    private string _address = "";
    private ZooKeeperSession? _console;

    private ZooKeeperSession Console => _console!;

    public async Task InitializeAsync()
    {
        if (ZooKeeperServer.Missing is null)
        {
            _address = fixture.Server.Address + await fixture.CreateChrootAsync();
            _console = await OpenAsync(_address);
            await WatchedProxy.CreateParentsAsync(Console);
        }
    }

    public async Task DisposeAsync()
    {
        if (_console is not null)
        {
            await _console.DisposeAsync();
        }
    }

    [RequiresZooKeeperFact]
    public async Task Start_NodesThere_HandsThemOverInOneSnapshot()
    {
        await CreateAsync("/topic/a", "1");
        await CreateAsync("/topic/b", "2");
        await CreateAsync("/topic/unlisted", "3");
        await CreateAsync(WatchedProxy.OwnPath, "a,b,nosuch,..");

        await using WatchedProxy proxy = WatchedProxy.Start(_address);
        NodeSnapshot snapshot = await proxy.NextAsync();

        Assert.Equal("a,b,nosuch,..", WatchedProxy.Text(snapshot.Own));
        Assert.Equal(["..", "a", "b", "nosuch"], snapshot.Topics.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("1", 0), (WatchedProxy.Text(snapshot.Topics["a"]), snapshot.Topics["a"].Stat.Version));
        Assert.Equal(NodePresence.Missing, snapshot.Topics["nosuch"].Presence);
        Assert.Equal((NodePresence.Unreadable, ZooKeeperError.BadArguments), (snapshot.Topics[".."].Presence, snapshot.Topics[".."].Error));
        NodeWatcherStatus status = proxy.Watcher.Status;
        Assert.Equal((NodeWatcherState.Connected, 4, 5, 1, null), (status.State, status.Topics, status.Reads, status.Snapshots, status.WaitingFor));
        Assert.NotNull(status.LastSnapshotAt);
    }

    [RequiresZooKeeperFact]
    public async Task OwnNode_MissingAndThenCreated_IsWaitedForAndFollowed()
    {
        await CreateAsync("/topic/a", "1");
        await using WatchedProxy proxy = WatchedProxy.Start(_address);
        Assert.Equal(NodePresence.Missing, (await proxy.NextAsync()).Own.Presence);
        Assert.Equal(WatchedProxy.OwnPath, proxy.Watcher.Status.WaitingFor);

        await CreateAsync(WatchedProxy.OwnPath, "a");
        NodeSnapshot snapshot = await proxy.NextAsync();

        Assert.Equal("1", WatchedProxy.Text(snapshot.Topics["a"]));
        Assert.Null(proxy.Watcher.Status.WaitingFor);
        Assert.Single(proxy.Log.Lines, line => line.Text.EndsWith($"{WatchedProxy.OwnPath}; waiting for it to be created", StringComparison.Ordinal));
    }

    [RequiresZooKeeperFact]
    public async Task OwnNode_CreatedAsTheConsoleDoes_IsHandedOverWithoutThePlaceholder()
    {
        await using WatchedProxy proxy = WatchedProxy.Start(_address, quietTime: TimeSpan.FromSeconds(1));
        await proxy.NextAsync();

        await CreateAsync("/topic/a", "carrera");
        await SetAsync("/topic/a", "1");
        await CreateAsync(WatchedProxy.OwnPath, "carrera");
        await SetAsync(WatchedProxy.OwnPath, "a");
        NodeSnapshot snapshot = await proxy.NextAsync();

        Assert.Equal(("a", 1), (WatchedProxy.Text(snapshot.Own), snapshot.Own.Stat.Version));
        Assert.Equal("1", WatchedProxy.Text(snapshot.Topics["a"]));
        Assert.True(proxy.HasNoMore());
    }

    [RequiresZooKeeperFact]
    public async Task OwnNode_LeftAtThePlaceholder_IsHandedOverAsItIs()
    {
        await CreateAsync("/topic/a", "1");
        await CreateAsync(WatchedProxy.OwnPath, "a");
        await using WatchedProxy proxy = WatchedProxy.Start(_address);
        await proxy.NextAsync();

        await SetAsync(WatchedProxy.OwnPath, "carrera");
        NodeSnapshot snapshot = await proxy.NextAsync();

        Assert.Equal("carrera", WatchedProxy.Text(snapshot.Own));
        Assert.Equal("1", WatchedProxy.Text(snapshot.Topics["a"]));
    }

    [RequiresZooKeeperFact]
    public async Task OwnNode_Deleted_KeepsItsTopicsWatched()
    {
        await CreateAsync("/topic/a", "1");
        await CreateAsync(WatchedProxy.OwnPath, "a");
        await using WatchedProxy proxy = WatchedProxy.Start(_address);
        await proxy.NextAsync();

        await DeleteAsync(WatchedProxy.OwnPath);
        NodeSnapshot deleted = await proxy.WhenAsync(null, null);
        Assert.Equal("1", WatchedProxy.Text(deleted.Topics["a"]));
        Assert.Equal(WatchedProxy.OwnPath, proxy.Watcher.Status.WaitingFor);

        await SetAsync("/topic/a", "2");
        await proxy.WhenAsync("a", "2");
        await CreateAsync(WatchedProxy.OwnPath, "");
        Assert.Empty((await proxy.WhenAsync(null, "")).Topics);
    }

    [RequiresZooKeeperFact]
    public async Task Topic_DeletedCreatedChangedUnlisted_IsFollowedAndTheOthersStayTheSame()
    {
        await CreateAsync("/topic/a", "1");
        await CreateAsync("/topic/b", "1");
        await CreateAsync(WatchedProxy.OwnPath, "a,b");
        await using WatchedProxy proxy = WatchedProxy.Start(_address);
        NodeSnapshot first = await proxy.NextAsync();

        await DeleteAsync("/topic/a");
        NodeSnapshot second = await proxy.WhenAsync("a", null);
        Assert.Same(first.Topics["b"], second.Topics["b"]);
        Assert.Same(first.Own, second.Own);

        await CreateAsync("/topic/a", "2");
        await proxy.WhenAsync("a", "2");
        await SetAsync("/topic/a", "3");
        await proxy.WhenAsync("a", "3");
        await SetAsync(WatchedProxy.OwnPath, "b");
        Assert.Equal(["b"], (await proxy.WhenAsync(null, "b")).Topics.Keys);
    }

    [RequiresZooKeeperFact]
    public async Task Changes_OwnNodeAndTenTopicsAtOnce_AreOneSnapshot()
    {
        string[] names = [.. Enumerable.Range(0, 10).Select(i => $"t{i}")];
        foreach (string name in names)
        {
            await CreateAsync($"/topic/{name}", "1");
        }

        await CreateAsync(WatchedProxy.OwnPath, string.Join(',', names));
        await using WatchedProxy proxy = WatchedProxy.Start(_address, quietTime: TimeSpan.FromSeconds(1));
        await proxy.NextAsync();

        foreach (string name in names)
        {
            await SetAsync($"/topic/{name}", "2");
        }

        await SetAsync(WatchedProxy.OwnPath, string.Join(',', names.Skip(1)));
        NodeSnapshot snapshot = await proxy.NextAsync();

        Assert.Equal(names.Skip(1), snapshot.Topics.Keys.Order());
        Assert.All(snapshot.Topics.Values, node => Assert.Equal("2", WatchedProxy.Text(node)));
        Assert.True(proxy.HasNoMore());
    }

    [RequiresZooKeeperFact]
    public async Task Topics_Thousands_AreReadAtStartAndOneByOneAfterwards()
    {
        string[] names = [.. Enumerable.Range(0, 2500).Select(i => $"topic-{i:D4}")];
        await Task.WhenAll(names.Select(name => CreateAsync($"/topic/{name}", "1")));
        await CreateAsync(WatchedProxy.OwnPath, string.Join(',', names));
        await using WatchedProxy proxy = WatchedProxy.Start(_address);
        NodeSnapshot first = await proxy.NextAsync();
        Assert.All(names, name => Assert.Equal("1", WatchedProxy.Text(first.Topics[name])));
        Assert.Equal(2501, proxy.Watcher.Status.Reads);

        await SetAsync("/topic/topic-1234", "2");
        NodeSnapshot second = await proxy.WhenAsync("topic-1234", "2");

        Assert.Equal(2502, proxy.Watcher.Status.Reads);
        Assert.Equal(2499, first.Topics.Count(topic => ReferenceEquals(topic.Value, second.Topics[topic.Key])));
    }

    [RequiresZooKeeperFact]
    public async Task Start_NodeOfItsCreatorOnly_NeedsTheCredentials()
    {
        await Console.AddAuthAsync("digest", Bytes("console:secret"));
        Assert.True((await Console.CreateAsync("/topic/a", Bytes("1"), NodeAcl.Creator)).IsOk);
        Assert.True((await Console.CreateAsync(WatchedProxy.OwnPath, Bytes("a"), NodeAcl.Creator)).IsOk);

        await using WatchedProxy stranger = WatchedProxy.Start(_address);
        await using WatchedProxy proxy = WatchedProxy.Start(_address, credentials: [("digest", "console:secret")]);

        Assert.Equal("1", WatchedProxy.Text((await proxy.NextAsync()).Topics["a"]));
        NodeSnapshot refused = await stranger.NextAsync();
        Assert.Equal((NodePresence.Unreadable, ZooKeeperError.NoAuth), (refused.Own.Presence, refused.Own.Error));
        Assert.Null(stranger.Watcher.Status.WaitingFor);
    }

    [RequiresZooKeeperFact]
    public async Task Start_CredentialsOfUnknownScheme_TriesOnAndSaysSo()
    {
        await using WatchedProxy proxy = WatchedProxy.Start(_address, credentials: [("nosuch", "x")]);

        NodeWatcherStatus status = await proxy.WhenStatusAsync(status => status.State == NodeWatcherState.AuthFailed && status.Sessions > 2);

        Assert.Equal("the credentials were refused", status.Detail);
        Assert.Single(proxy.Log.Lines, line => line.Level == LogLevel.Error);
        Assert.True(proxy.HasNoMore());
    }

    [RequiresZooKeeperFact]
    public async Task Start_TwoChrootsInOneProcess_EachSeesItsOwn()
    {
        string otherAddress = fixture.Server.Address + await fixture.CreateChrootAsync();
        await using ZooKeeperSession otherConsole = await OpenAsync(otherAddress);
        await WatchedProxy.CreateParentsAsync(otherConsole);
        await CreateAsync(WatchedProxy.OwnPath, "a");
        await using WatchedProxy proxy = WatchedProxy.Start(_address);
        await using WatchedProxy other = WatchedProxy.Start(otherAddress);
        await proxy.NextAsync();
        await other.NextAsync();

        await otherConsole.CreateAsync(WatchedProxy.OwnPath, Bytes("b"));
        await other.WhenAsync(null, "b");
        await CreateAsync("/topic/a", "mine");
        await proxy.WhenAsync("a", "mine");

        Assert.True(other.HasNoMore());
        Assert.Equal(1, other.Watcher.Status.Events);
    }

    [RequiresZooKeeperFact]
    public async Task Start_ListWithADeadServer_FindsTheLivingOne()
    {
        await CreateAsync(WatchedProxy.OwnPath, "");
        string hosts = $"127.0.0.1:{ZooKeeperServer.FreePort()},127.0.0.1:{ZooKeeperServer.FreePort()},";

        await using WatchedProxy proxy = WatchedProxy.Start(hosts + _address);

        Assert.Equal("", WatchedProxy.Text((await proxy.NextAsync()).Own));
    }

    [RequiresZooKeeperFact]
    public async Task Events_AllLost_AreMadeUpForByTheComparison()
    {
        await CreateAsync("/topic/a", "1");
        await CreateAsync(WatchedProxy.OwnPath, "a,b");
        await using WatchedProxy proxy = WatchedProxy.Start(_address, losesEvents: true, checkInterval: TimeSpan.FromMilliseconds(300));
        await proxy.NextAsync();

        await SetAsync("/topic/a", "2");
        await proxy.WhenAsync("a", "2");
        await CreateAsync("/topic/b", "1");
        await proxy.WhenAsync("b", "1");
        await DeleteAsync("/topic/a");
        await proxy.WhenAsync("a", null);

        Assert.Equal(3, proxy.Watcher.Status.MissedChanges);
    }

    [RequiresZooKeeperFact]
    public async Task Callback_ThrowsAndIsSlow_GetsTheNewestNext()
    {
        await CreateAsync(WatchedProxy.OwnPath, "0");
        var entered = new SemaphoreSlim(0);
        var goOn = new TaskCompletionSource();
        var seen = new ConcurrentQueue<string?>();
        await using WatchedProxy proxy = WatchedProxy.Start(_address, onChange: async (snapshot, _) =>
        {
            seen.Enqueue(WatchedProxy.Text(snapshot.Own));
            entered.Release();
            await goOn.Task;
            throw new InvalidOperationException("the proxy's fault");
        });
        Assert.True(await entered.WaitAsync(Patience.Limit));

        for (int i = 1; i <= 5; i++)
        {
            long reads = proxy.Watcher.Status.Reads;
            await SetAsync(WatchedProxy.OwnPath, $"{i}");
            await proxy.WhenStatusAsync(status => status.Reads > reads && status.Topics == 1);
        }

        goOn.SetResult();
        Assert.True(await entered.WaitAsync(Patience.Limit));

        // The last reading may not have come to its snapshot when the callback was let go.
        Assert.Equal("0", seen.First());
        Assert.Contains(seen.ElementAt(1), new[] { "4", "5" });
        Assert.Contains(proxy.Log.Lines, line => line.Level == LogLevel.Error && line.Text.Contains("the proxy's fault", StringComparison.Ordinal));
    }

    [RequiresZooKeeperFact]
    public async Task DisposeAsync_WhileReading_EndsAndHandsOverNothingMore()
    {
        string[] names = [.. Enumerable.Range(0, 2500).Select(i => $"topic-{i:D4}")];
        await CreateAsync(WatchedProxy.OwnPath, string.Join(',', names));
        WatchedProxy proxy = WatchedProxy.Start(_address);
        await proxy.WhenStatusAsync(status => status.State == NodeWatcherState.Connected);

        await proxy.DisposeAsync().AsTask().WaitAsync(Patience.Limit);
        NodeWatcherStatus status = proxy.Watcher.Status;
        await CreateAsync("/topic/topic-0000", "late");
        await proxy.DisposeAsync();

        Assert.Equal(NodeWatcherState.Stopped, status.State);
        Assert.Equal(status, proxy.Watcher.Status);
    }

    [RequiresZooKeeperFact]
    public void Start_InstanceNameThatIsNoNodeName_IsRefused()
    {
        var exception = Assert.Throws<ArgumentException>(() => NodeWatcher.Start(
            new NodeWatcherOptions { Address = ZooKeeperAddress.Parse("127.0.0.1"), InstanceName = "a/b", TopicNames = _ => [] }, (_, _) => default));

        Assert.StartsWith("'a/b' cannot name a ZooKeeper node; expected host:port.", exception.Message, StringComparison.Ordinal);
    }

    private async Task CreateAsync(string path, string text) => Assert.Equal(ZooKeeperError.Ok, (await Console.CreateAsync(path, Bytes(text))).Error);

    private async Task SetAsync(string path, string text) =>
        Assert.Equal(ZooKeeperError.Ok, (await Console.SetAsync(path, Bytes(text), ZooKeeperSession.AnyVersion)).Error);

    private async Task DeleteAsync(string path) => Assert.Equal(ZooKeeperError.Ok, await Console.DeleteAsync(path, ZooKeeperSession.AnyVersion));
}
