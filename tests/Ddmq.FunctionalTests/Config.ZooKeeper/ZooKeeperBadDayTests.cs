using System.Diagnostics;
using Ddmq.Config.ZooKeeper;
using Ddmq.Config.ZooKeeper.Watching;
using Ddmq.TestKit.Network;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.ZooKeeper;
using Microsoft.Extensions.Logging;
using Xunit;
using static Ddmq.FunctionalTests.Config.ZooKeeper.ZooKeeperFixture;

namespace Ddmq.FunctionalTests.Config.ZooKeeper;

/// <summary>Servers that are away, silent, restarted, or have forgotten the session. The server is this class's own; each test leaves it running.</summary>
public sealed class ZooKeeperBadDayTests(ZooKeeperFixture fixture) : IClassFixture<ZooKeeperFixture>, IAsyncLifetime
{
    private static readonly TimeSpan ShortSession = TimeSpan.FromMilliseconds(1500);

    private string _chroot = "";

    private ZooKeeperServer Server => fixture.Server;

    private string Address => Server.Address + _chroot;

    public async Task InitializeAsync()
    {
        if (ZooKeeperServer.Missing is null)
        {
            _chroot = await fixture.CreateChrootAsync();
            await using ZooKeeperSession console = await OpenAsync(Address);
            await WatchedProxy.CreateParentsAsync(console);
            await console.CreateAsync("/topic/a", Bytes("1"));
            await console.CreateAsync(WatchedProxy.OwnPath, Bytes("a"));
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [RequiresZooKeeperFact]
    public async Task Start_ServerDown_TriesOnAndSaysSoUntilItIsBack()
    {
        await Server.StopAsync();
        await using WatchedProxy proxy = WatchedProxy.Start(Address, sessionTimeout: TimeSpan.FromMilliseconds(300));
        NodeWatcherStatus status = await proxy.WhenStatusAsync(status => status.Sessions > 1);
        Assert.Equal((NodeWatcherState.Connecting, "no server answers", 0), (status.State, status.Detail, status.Reads));
        Assert.Contains(proxy.Log.Lines, line => line.Level == LogLevel.Warning && line.Text.StartsWith("No server of ZooKeeper ", StringComparison.Ordinal));

        await Server.RestartAsync();

        Assert.Equal("1", WatchedProxy.Text((await proxy.WhenAsync("a", "1")).Topics["a"]));
    }

    [RequiresZooKeeperFact]
    public async Task Connection_LostAndBack_ShowsTheChangeMadeMeanwhile()
    {
        await using var relay = new TcpRelay(Server.Port);
        await using WatchedProxy proxy = WatchedProxy.Start($"127.0.0.1:{relay.Port}{_chroot}");
        await proxy.NextAsync();

        relay.Freeze();
        relay.DropConnections();
        await proxy.WhenStatusAsync(status => status.State == NodeWatcherState.Connecting);
        await ChangeAsync("/topic/a", "2");
        relay.Thaw();
        relay.DropConnections();

        await proxy.WhenAsync("a", "2");
        Assert.True(proxy.Watcher.Status.Reconnects >= 1);
        Assert.Contains(proxy.Log.Lines, line => line.Level == LogLevel.Warning && line.Text.StartsWith("Lost the connection to ZooKeeper ", StringComparison.Ordinal));
        await ChangeAsync("/topic/a", "3");
        await proxy.WhenAsync("a", "3");
    }

    [RequiresZooKeeperFact]
    public async Task Connection_HalfOpen_IsNoticedAndReplaced()
    {
        await using var relay = new TcpRelay(Server.Port);
        await using WatchedProxy proxy = WatchedProxy.Start($"127.0.0.1:{relay.Port}{_chroot}", sessionTimeout: ShortSession);
        await proxy.NextAsync();

        relay.Freeze();
        await proxy.WhenStatusAsync(status => status.State != NodeWatcherState.Connected);
        await ChangeAsync("/topic/a", "2");
        relay.Thaw();

        await proxy.WhenAsync("a", "2");
    }

    [RequiresZooKeeperFact]
    public async Task Session_ForgottenByTheServer_IsExpiredAndItsCallsEnd()
    {
        var states = new List<SessionState>();
        await using var relay = new TcpRelay(Server.Port);
        await using ZooKeeperSession session = await ZooKeeperSession.OpenAsync(new ZooKeeperSessionOptions
        {
            Address = ZooKeeperAddress.Parse($"127.0.0.1:{relay.Port}{_chroot}"),
            SessionTimeout = ShortSession,
            OnState = state =>
            {
                lock (states)
                {
                    states.Add(state);
                }
            },
        });
        await session.GetAsync("/topic/a", watch: true);
        Assert.Equal(ShortSession, session.GrantedTimeout);

        relay.Freeze();
        await UntilAsync(async () => !(await Server.AskAsync("wchp")).Contains($"{_chroot}/topic/a", StringComparison.Ordinal));
        relay.Thaw();
        await UntilAsync(() => Task.FromResult(session.State == SessionState.Expired));

        Assert.False((await session.GetAsync("/topic/a").WaitAsync(Patience.Limit)).IsOk);
        Assert.Equal([SessionState.Connected, SessionState.Connecting, SessionState.Expired], states);
    }

    [RequiresZooKeeperFact]
    public async Task Server_PausedLongerThanTheSession_IsFollowedAgain()
    {
        await using WatchedProxy proxy = WatchedProxy.Start(Address, sessionTimeout: ShortSession);
        await proxy.NextAsync();

        Server.Pause();
        try
        {
            await proxy.WhenStatusAsync(status => status.Sessions > 1);
        }
        finally
        {
            Server.Continue();
        }

        await ChangeAsync("/topic/a", "2");
        await proxy.WhenAsync("a", "2");
        Assert.True(proxy.Watcher.Status.Sessions > 1);
    }

    [RequiresZooKeeperFact]
    public async Task Server_CrashesAndComesBack_IsFollowedAgain()
    {
        await using WatchedProxy proxy = WatchedProxy.Start(Address);
        await proxy.NextAsync();

        await Server.KillAsync();
        await proxy.WhenStatusAsync(status => status.State == NodeWatcherState.Connecting);
        await Server.RestartAsync();
        await ChangeAsync("/topic/a", "2");

        NodeSnapshot snapshot = await proxy.WhenAsync("a", "2");
        Assert.Equal("a", WatchedProxy.Text(snapshot.Own));
        await ChangeAsync(WatchedProxy.OwnPath, "a,b");
        await proxy.WhenAsync("b", null);
    }

    [RequiresZooKeeperFact]
    public async Task DisposeAsync_ServerSilent_EndsAllTheSame()
    {
        await using var relay = new TcpRelay(Server.Port);
        WatchedProxy proxy = WatchedProxy.Start($"127.0.0.1:{relay.Port}{_chroot}", sessionTimeout: TimeSpan.FromMinutes(1));
        await proxy.NextAsync();
        ZooKeeperSession session = await OpenAsync($"127.0.0.1:{relay.Port}{_chroot}");
        relay.Freeze();
        Task<ZooKeeperResult<NodeData>> call = session.GetAsync("/topic/a");

        await session.DisposeAsync().AsTask().WaitAsync(Patience.Limit);
        await proxy.DisposeAsync().AsTask().WaitAsync(Patience.Limit);

        Assert.Equal(ZooKeeperError.Closing, (await call.WaitAsync(Patience.Limit)).Error);
    }

    [RequiresZooKeeperFact]
    public async Task Connection_LostWithMoreWatchesThanAPacketHolds_IsFollowedInANewSession()
    {
        await using ZooKeeperServer server = await ZooKeeperServer.StartAsync("-Djute.maxbuffer=20000");
        await using var relay = new TcpRelay(server.Port);
        await using ZooKeeperSession console = await OpenAsync(server.Address);
        await WatchedProxy.CreateParentsAsync(console);
        string[] names = [.. Enumerable.Range(0, 1000).Select(i => $"{new string('t', 12)}{i:D4}")];
        await Task.WhenAll(names.Select(name => console.CreateAsync($"/topic/{name}", Bytes("1"))));
        Assert.True((await console.CreateAsync(WatchedProxy.OwnPath, Bytes(string.Join(',', names)))).IsOk);
        await using WatchedProxy proxy = WatchedProxy.Start($"127.0.0.1:{relay.Port}");
        await proxy.NextAsync();

        relay.DropConnections();
        await console.SetAsync($"/topic/{names[500]}", Bytes("2"), ZooKeeperSession.AnyVersion);

        await proxy.WhenAsync(names[500], "2");
        Assert.True(proxy.Watcher.Status.Sessions > 1);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        long started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience.Limit, "what was waited for did not come");
            await Task.Delay(20);
        }
    }

    private async Task ChangeAsync(string path, string text)
    {
        await using ZooKeeperSession console = await OpenAsync(Address);
        Assert.True((await console.SetAsync(path, Bytes(text), ZooKeeperSession.AnyVersion)).IsOk);
    }
}
