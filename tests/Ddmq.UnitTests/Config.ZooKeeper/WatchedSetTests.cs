using System.Text;
using Ddmq.Config.ZooKeeper;
using Ddmq.Config.ZooKeeper.Watching;
using Xunit;

namespace Ddmq.UnitTests.Config.ZooKeeper;

public class WatchedSetTests
{
    private readonly WatchedSet _set = new(new NodeWatcherOptions
    {
        Address = ZooKeeperAddress.Parse("zk1"),
        InstanceName = "127.0.0.1:9613",
        TopicNames = bytes => bytes.Length == 0 ? throw new InvalidOperationException("a bug") : Names(bytes),
    });

    private int _zxid;

    [Fact]
    public void Apply_OwnNode_AsksForItsTopicsAndHasNewsWhenTheyAreRead()
    {
        Assert.Equal(["/topic/a", "/topic/b"], _set.Apply(Own("a,b")).Order());
        Assert.False(_set.HasNews);
        _set.Apply(Topic("a", "1"));
        Assert.False(_set.HasNews);
        _set.Apply(WatchedNode.Missing("/topic/b"));

        Assert.True(_set.HasNews);
        NodeSnapshot snapshot = _set.TakeSnapshot();
        Assert.Equal("1", Text(snapshot.Topics["a"]));
        Assert.Equal(NodePresence.Missing, snapshot.Topics["b"].Presence);
        Assert.False(_set.HasNews);
    }

    [Fact]
    public void Apply_OwnNodeMissing_IsNewsToo()
    {
        _set.Apply(WatchedNode.Missing("/pproxy/127.0.0.1:9613"));

        Assert.True(_set.HasNews);
        Assert.True(_set.OwnIsMissing);
        Assert.Empty(_set.TakeSnapshot().Topics);
    }

    [Fact]
    public void Apply_SameReadingAgain_IsNoNews()
    {
        _set.Apply(Own("a"));
        WatchedNode node = Topic("a", "1");
        _set.Apply(node);
        NodeSnapshot before = _set.TakeSnapshot();

        _set.Apply(WatchedNode.Present(node.Path, "1"u8.ToArray(), node.Stat));

        Assert.False(_set.HasNews);
        Assert.Same(before.Topics["a"], _set.Find("/topic/a"));
    }

    [Fact]
    public void Apply_WrittenAgainWithTheSameBytes_IsANewNodeWithTheOldBytes()
    {
        _set.Apply(Own("a"));
        _set.Apply(Topic("a", "1"));
        NodeSnapshot before = _set.TakeSnapshot();

        _set.Apply(Topic("a", "1"));
        NodeSnapshot after = _set.TakeSnapshot();

        Assert.NotEqual(before.Topics["a"].Stat, after.Topics["a"].Stat);
        Assert.True(before.Topics["a"].Bytes.Equals(after.Topics["a"].Bytes), "the bytes were copied");
        Assert.Same(before.Own, after.Own);
    }

    [Fact]
    public void Apply_SameTransactionNumberInAnEnsembleBuiltAnew_IsNews()
    {
        WatchedNode own = Own("a");
        _set.Apply(own);
        _set.Apply(Topic("a", "1"));
        _set.TakeSnapshot();

        _set.Apply(WatchedNode.Present(own.Path, "a"u8.ToArray(), own.Stat with { ModifiedUnixMs = own.Stat.ModifiedUnixMs + 1 }));

        Assert.True(_set.HasNews);
    }

    [Theory]
    [InlineData("carrera")]
    [InlineData("")]
    public void Apply_OwnNodeNotUnderstood_KeepsItsTopics(string text)
    {
        _set.Apply(Own("a"));
        _set.Apply(Topic("a", "1"));
        _set.TakeSnapshot();

        Assert.Empty(_set.Apply(Own(text)));

        NodeSnapshot snapshot = _set.TakeSnapshot();
        Assert.Equal(text, Text(snapshot.Own));
        Assert.Equal(["a"], snapshot.Topics.Keys);
    }

    [Fact]
    public void Apply_OwnNodeDeletedAndBack_KeepsTopicsAndThenUsesTheNewOnes()
    {
        _set.Apply(Own("a"));
        _set.Apply(Topic("a", "1"));

        _set.Apply(WatchedNode.Missing("/pproxy/127.0.0.1:9613"));
        Assert.Equal(["a"], _set.TakeSnapshot().Topics.Keys);
        Assert.Equal(["/topic/b"], _set.Apply(Own("b")));
        Assert.False(_set.Contains("/topic/a"));
        _set.Apply(Topic("a", "late"));
        _set.Apply(Topic("b", "1"));

        Assert.Equal(["b"], _set.TakeSnapshot().Topics.Keys);
    }

    [Fact]
    public void IsCurrent_WhatTheServerSays_DecidesByWriteAndNotByChildren()
    {
        WatchedNode node = Topic("a", "1");
        WatchedNode missing = WatchedNode.Missing("/topic/a");
        WatchedNode refused = WatchedNode.Unreadable("/topic/a", node.Stat, ZooKeeperError.NoAuth);

        Assert.True(node.IsCurrent(new(ZooKeeperError.Ok, node.Stat with { ChildCount = 5 })));
        Assert.False(node.IsCurrent(new(ZooKeeperError.Ok, node.Stat with { Version = 8 })));
        Assert.False(node.IsCurrent(new(ZooKeeperError.NoNode, default)));
        Assert.True(missing.IsCurrent(new(ZooKeeperError.NoNode, default)));
        Assert.False(missing.IsCurrent(new(ZooKeeperError.Ok, node.Stat)));
        Assert.True(refused.IsCurrent(new(ZooKeeperError.Ok, node.Stat)));
        Assert.True(refused.IsCurrent(new(ZooKeeperError.BadArguments, default)));
        Assert.False(refused.IsCurrent(new(ZooKeeperError.Ok, node.Stat with { AclVersion = 1 })));
        Assert.False(refused.IsCurrent(new(ZooKeeperError.NoNode, default)));
    }

    private static string[]? Names(ReadOnlyMemory<byte> bytes)
    {
        string text = Encoding.UTF8.GetString(bytes.Span);
        return text == "carrera" ? null : text.Split(',');
    }

    private static string Text(WatchedNode node) => Encoding.UTF8.GetString(node.Bytes.Span);

    private WatchedNode Own(string text) => Node("/pproxy/127.0.0.1:9613", text);

    private WatchedNode Topic(string name, string text) => Node($"/topic/{name}", text);

    private WatchedNode Node(string path, string text)
    {
        _zxid++;
        return WatchedNode.Present(path, Encoding.UTF8.GetBytes(text), new NodeStat(_zxid, _zxid, 1, 1000 + _zxid, 1000, text.Length, 0, 0));
    }
}
