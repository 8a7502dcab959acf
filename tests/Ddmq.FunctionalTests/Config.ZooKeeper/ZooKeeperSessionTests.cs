using System.Text;
using System.Threading.Channels;
using Ddmq.Config.ZooKeeper;
using Ddmq.TestKit.Proxy;
using Ddmq.TestKit.Requirements;
using Xunit;

namespace Ddmq.FunctionalTests.Config.ZooKeeper;

public sealed class ZooKeeperSessionTests(ZooKeeperFixture fixture) : IClassFixture<ZooKeeperFixture>
{
    private readonly Channel<(NodeEventKind Kind, string Path)> _events = Channel.CreateUnbounded<(NodeEventKind, string)>();

    [RequiresZooKeeperFact]
    public async Task Calls_OneNodesLife_ReturnDataVersionsAndErrors()
    {
        await using ZooKeeperSession session = await OpenAsync();

        Assert.Equal(ZooKeeperError.NoNode, (await session.GetAsync("/a")).Error);
        Assert.Equal(ZooKeeperError.NoNode, (await session.CreateAsync("/no/parent", default)).Error);
        Assert.Equal(new ZooKeeperResult<string>(ZooKeeperError.Ok, "/a"), await session.CreateAsync("/a", "carrera"u8.ToArray()));
        Assert.Equal(ZooKeeperError.NodeExists, (await session.CreateAsync("/a", default)).Error);
        Assert.Equal(1, (await session.SetAsync("/a", "{}"u8.ToArray(), 0)).Value.Version);
        Assert.Equal(ZooKeeperError.BadVersion, (await session.SetAsync("/a", default, 0)).Error);

        NodeData read = (await session.GetAsync("/a")).Value;
        Assert.Equal("{}", Encoding.UTF8.GetString(read.Bytes.Span));
        Assert.Equal((1, 2, 0), (read.Stat.Version, read.Stat.DataLength, read.Stat.ChildCount));
        Assert.True(read.Stat.ModifiedZxid > read.Stat.CreatedZxid);
        Assert.Equal(read.Stat, (await session.ExistsAsync("/a")).Value);

        Assert.True((await session.CreateAsync("/a/b", default)).IsOk);
        Assert.Equal(0, (await session.GetAsync("/a/b")).Value.Bytes.Length);
        Assert.Equal(["b"], (await session.GetChildrenAsync("/a")).Value);
        Assert.Equal(ZooKeeperError.NotEmpty, await session.DeleteAsync("/a", ZooKeeperSession.AnyVersion));
        Assert.Equal(ZooKeeperError.Ok, await session.DeleteAsync("/a/b", 0));
        Assert.Equal(ZooKeeperError.BadVersion, await session.DeleteAsync("/a", 0));
        Assert.Equal(ZooKeeperError.Ok, await session.DeleteAsync("/a", 1));
        Assert.Equal(ZooKeeperError.NoNode, (await session.ExistsAsync("/a")).Error);
        Assert.Equal(ZooKeeperError.NoNode, (await session.GetChildrenAsync("/a")).Error);
    }

    [RequiresZooKeeperFact]
    public async Task Calls_PathThatIsNone_AreRefused()
    {
        await using ZooKeeperSession session = await OpenAsync();

        foreach (string path in new[] { "", "a", "/a/", "/a//b", "/a/../b", "/a\0b" })
        {
            Assert.Equal(ZooKeeperError.BadArguments, (await session.GetAsync(path)).Error);
            Assert.Equal(ZooKeeperError.BadArguments, (await session.MultiAsync([NodeWrite.Delete(path, 0)])).Error);
        }
    }

    [RequiresZooKeeperFact]
    public async Task Watches_CreatedChangedDeleted_FireOnceEach()
    {
        await using ZooKeeperSession session = await OpenAsync();

        await session.ExistsAsync("/w", watch: true);
        await session.CreateAsync("/w", default);
        Assert.Equal((NodeEventKind.Created, "/w"), await NextEventAsync());

        await session.GetAsync("/w", watch: true);
        await session.SetAsync("/w", "1"u8.ToArray(), ZooKeeperSession.AnyVersion);
        await session.SetAsync("/w", "2"u8.ToArray(), ZooKeeperSession.AnyVersion);
        Assert.Equal((NodeEventKind.Changed, "/w"), await NextEventAsync());

        await session.GetChildrenAsync("/w", watch: true);
        await session.CreateAsync("/w/child", default);
        Assert.Equal((NodeEventKind.ChildrenChanged, "/w"), await NextEventAsync());

        await session.DeleteAsync("/w/child", ZooKeeperSession.AnyVersion);
        await session.ExistsAsync("/w", watch: true);
        await session.DeleteAsync("/w", ZooKeeperSession.AnyVersion);
        Assert.Equal((NodeEventKind.Deleted, "/w"), await NextEventAsync());
        Assert.False(_events.Reader.TryRead(out _));
    }

    [RequiresZooKeeperFact]
    public async Task MultiAsync_OnePartFails_DoesNothingAndSaysWhich()
    {
        await using ZooKeeperSession session = await OpenAsync();
        await session.CreateAsync("/m", "old"u8.ToArray());

        MultiResult result = await session.MultiAsync(
            [NodeWrite.Set("/m", "new"u8.ToArray(), 0), NodeWrite.Create("/m/x", default), NodeWrite.Check("/m", 7), NodeWrite.Delete("/m/x", 0)]);

        Assert.Equal(ZooKeeperError.BadVersion, result.Error);
        Assert.Equal(ZooKeeperError.BadVersion, result.Parts[2]);
        Assert.Equal(4, result.Parts.Count);
        Assert.Equal("old", Encoding.UTF8.GetString((await session.GetAsync("/m")).Value.Bytes.Span));
    }

    [RequiresZooKeeperFact]
    public async Task MultiAsync_AllPartsPossible_DoesAll()
    {
        await using ZooKeeperSession session = await OpenAsync();
        await session.CreateAsync("/n", "old"u8.ToArray());

        MultiResult result = await session.MultiAsync(
            [NodeWrite.Check("/n", 0), NodeWrite.Set("/n", "new"u8.ToArray(), 0), NodeWrite.Create("/n/x", "x"u8.ToArray()), NodeWrite.Create("/n/y", default), NodeWrite.Delete("/n/y", 0)]);

        Assert.Equal(ZooKeeperError.Ok, result.Error);
        Assert.All(result.Parts, part => Assert.Equal(ZooKeeperError.Ok, part));
        Assert.Equal("new", Encoding.UTF8.GetString((await session.GetAsync("/n")).Value.Bytes.Span));
        Assert.Equal(["x"], (await session.GetChildrenAsync("/n")).Value);
    }

    [RequiresZooKeeperFact]
    public async Task GetAsync_NodeOfItsCreatorOnly_NeedsTheCredentials()
    {
        string chroot = await fixture.CreateChrootAsync();
        await using ZooKeeperSession owner = await ZooKeeperFixture.OpenAsync(fixture.Server.Address + chroot);
        await using ZooKeeperSession stranger = await ZooKeeperFixture.OpenAsync(fixture.Server.Address + chroot);
        Assert.Equal(ZooKeeperError.Ok, await owner.AddAuthAsync("digest", "console:secret"u8.ToArray()));
        Assert.True((await owner.CreateAsync("/private", "1"u8.ToArray(), NodeAcl.Creator)).IsOk);
        Assert.True((await owner.MultiAsync([NodeWrite.Create("/private2", default, NodeAcl.Creator)])).Error == ZooKeeperError.Ok);

        Assert.Equal(ZooKeeperError.NoAuth, (await stranger.GetAsync("/private")).Error);
        Assert.Equal(ZooKeeperError.NoAuth, (await stranger.GetAsync("/private2")).Error);
        Assert.Equal(ZooKeeperError.Ok, await stranger.AddAuthAsync("digest", "console:secret"u8.ToArray()));
        Assert.True((await stranger.GetAsync("/private")).IsOk);
        Assert.True((await stranger.GetAsync("/private2")).IsOk);
    }

    [RequiresZooKeeperFact]
    public async Task AddAuthAsync_UnknownScheme_EndsTheSession()
    {
        await using ZooKeeperSession session = await OpenAsync();

        Assert.Equal(ZooKeeperError.AuthFailed, await session.AddAuthAsync("nosuch", "x"u8.ToArray()));

        Assert.False((await session.GetAsync("/")).IsOk);
    }

    [RequiresZooKeeperFact]
    public async Task DisposeAsync_CallsUnderWay_CompletesAllOfThem()
    {
        ZooKeeperSession session = await OpenAsync();
        Task<ZooKeeperResult<NodeData>>[] calls = [.. Enumerable.Range(0, 2000).Select(_ => session.GetAsync("/", watch: true))];
        Task<MultiResult>[] multis = [.. Enumerable.Range(0, 50).Select(_ => session.MultiAsync([NodeWrite.Check("/", 0)]))];

        await session.DisposeAsync();
        await session.DisposeAsync();

        Assert.All(await Task.WhenAll(calls).WaitAsync(Patience.Limit), call => Assert.True(call.Error is ZooKeeperError.Ok or ZooKeeperError.Closing, $"{call.Error}"));
        Assert.All(await Task.WhenAll(multis).WaitAsync(Patience.Limit), call => Assert.True(call.Error is ZooKeeperError.Ok or ZooKeeperError.Closing, $"{call.Error}"));
        Assert.Equal(ZooKeeperError.Closing, (await session.GetAsync("/")).Error);
        Assert.Equal(SessionState.Closed, session.State);
    }

    [RequiresZooKeeperFact]
    public async Task OpenAsync_ListWithDeadServerAndUnknownName_ConnectsToTheLivingOne()
    {
        await using ZooKeeperSession session = await ZooKeeperFixture.OpenAsync(
            $"127.0.0.1:{Ddmq.TestKit.ZooKeeper.ZooKeeperServer.FreePort()}, no-such-host.invalid:2181 ,{fixture.Server.Address}/");

        Assert.True((await session.GetAsync("/")).IsOk);
    }

    [RequiresZooKeeperFact]
    public async Task OpenAsync_OnlyUnknownNames_SaysSo()
    {
        var exception = await Assert.ThrowsAsync<ZooKeeperException>(() => ZooKeeperFixture.OpenAsync("no-such-host.invalid"));

        Assert.StartsWith("No server of the ZooKeeper address 'no-such-host.invalid:2181' can be resolved (no-such-host.invalid: ", exception.Message, StringComparison.Ordinal);
    }

    [RequiresZooKeeperFact]
    public async Task OpenAsync_NoServerThere_StaysConnectingAndCallsFail()
    {
        var log = new CapturedLog();
        await using ZooKeeperSession session = await ZooKeeperSession.OpenAsync(
            new ZooKeeperSessionOptions { Address = ZooKeeperAddress.Parse($"127.0.0.1:{Ddmq.TestKit.ZooKeeper.ZooKeeperServer.FreePort()}"), Logger = log });

        Assert.Equal(ZooKeeperError.ConnectionLoss, (await session.GetAsync("/").WaitAsync(Patience.Limit)).Error);
        Assert.Equal(SessionState.Connecting, session.State);
        Assert.Empty(log.Lines);
    }

    private async Task<ZooKeeperSession> OpenAsync()
    {
        ZooKeeperSession session = await ZooKeeperSession.OpenAsync(new ZooKeeperSessionOptions
        {
            Address = ZooKeeperAddress.Parse(fixture.Server.Address + await fixture.CreateChrootAsync()),
            OnNode = (kind, path) => _events.Writer.TryWrite((kind, path)),
        });
        Assert.Equal(SessionState.Connected, await session.WaitForConnectionAsync().WaitAsync(Patience.Limit));
        return session;
    }

    private async Task<(NodeEventKind Kind, string Path)> NextEventAsync() => await _events.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit);
}
