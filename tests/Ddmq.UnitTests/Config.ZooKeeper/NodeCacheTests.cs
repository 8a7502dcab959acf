using System.Collections.Immutable;
using System.Text;
using Ddmq.Config.ZooKeeper;
using Ddmq.Config.ZooKeeper.Caching;
using Ddmq.Config.ZooKeeper.Watching;
using Ddmq.TestKit;
using Ddmq.TestKit.Proxy;
using Ddmq.TestKit.Time;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ddmq.UnitTests.Config.ZooKeeper;

public sealed class NodeCacheTests : IDisposable
{
    private const string Instance = "127.0.0.1:9613";

    private readonly ScratchFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private readonly CapturedLog _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_NothingSaved_GivesNull()
    {
        Assert.Null(Cache().Load());
        Assert.Empty(Cache().Versions());
    }

    [Fact]
    public void Load_Saved_GivesEveryNodeBackWithItsTime()
    {
        NodeSnapshot saved = Snapshot(7, Present("/topic/a", 7), WatchedNode.Missing("/topic/b"), WatchedNode.Unreadable("/topic/ç/..", default, ZooKeeperError.BadArguments));

        Assert.Equal(1, Cache().Save(saved));
        CachedNodes loaded = Cache().Load()!;

        Assert.Equal((1, _time.GetUtcNow()), (loaded.Version, loaded.SavedAt));
        AssertSame(saved.Own, loaded.Snapshot.Own);
        Assert.Equal(saved.Topics.Keys.Order(), loaded.Snapshot.Topics.Keys.Order());
        Assert.All(saved.Topics, topic => AssertSame(topic.Value, loaded.Snapshot.Topics[topic.Key]));
    }

    [Fact]
    public void Save_SameNodesAgain_WritesNothing()
    {
        Assert.Equal(1, Cache().Save(Snapshot(1, Present("/topic/b", 1), Present("/topic/a", 1))));
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, Cache().Save(Snapshot(1, Present("/topic/a", 1), Present("/topic/b", 1))));
        Assert.Equal(2, Cache().Save(Snapshot(2, Present("/topic/a", 1), Present("/topic/b", 1))));
    }

    [Fact]
    public void Save_ManyVersions_KeepsTheNewestAndLeavesNothingElse()
    {
        NodeCache cache = Cache(versions: 3);

        for (int i = 1; i <= 5; i++)
        {
            cache.Save(Snapshot(i));
        }

        Assert.Equal([5, 4, 3], cache.Versions());
        Assert.Equal(3, Directory.GetFileSystemEntries(cache.Folder).Length);
        Assert.Equal(3, cache.Load(3)!.Snapshot.Own.Stat.Version);
        Assert.Null(cache.Load(2));
    }

    [Fact]
    public void Save_TemporaryFilesOfACrash_AreRemovedWhenTheyAreOld()
    {
        NodeCache cache = Cache();
        cache.Save(Snapshot(1));
        string old = Path.Combine(cache.Folder, "old.tmp");
        string young = Path.Combine(cache.Folder, "young.tmp");
        File.WriteAllText(old, "x");
        File.WriteAllText(young, "x");
        File.SetLastWriteTimeUtc(old, (_time.GetUtcNow() - TimeSpan.FromHours(1)).UtcDateTime);
        File.SetLastWriteTimeUtc(young, _time.GetUtcNow().UtcDateTime);

        cache.Save(Snapshot(2));

        Assert.False(File.Exists(old));
        Assert.True(File.Exists(young));
    }

    [Fact]
    public void Load_NewestCutAnywhere_GivesTheOneBefore()
    {
        NodeCache cache = Cache();
        cache.Save(Snapshot(1, Present("/topic/a", 1)));
        cache.Save(Snapshot(2, Present("/topic/a", 2)));
        string newest = cache.Load()!.File;
        byte[] whole = File.ReadAllBytes(newest);

        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(newest, whole[..length]);
            Assert.Equal(1, cache.Load()!.Version);
        }

        Assert.Equal(whole.Length, _log.Lines.Count);
    }

    [Fact]
    public void Load_OneBitChangedAnywhere_GivesTheVersionBeforeAndSaysWhy()
    {
        NodeCache cache = Cache();
        cache.Save(Snapshot(1));
        cache.Save(Snapshot(2));
        string newest = cache.Load()!.File;
        byte[] whole = File.ReadAllBytes(newest);

        for (int i = 0; i < whole.Length; i++)
        {
            byte[] damaged = [.. whole];
            damaged[i] ^= 1;
            File.WriteAllBytes(newest, damaged);
            Assert.Equal(1, cache.Load()!.Version);
        }

        Assert.Equal((LogLevel.Warning, $"The saved configuration {newest} is passed over: it is damaged: its checksum does not match"), _log.Lines[^1]);
    }

    [Fact]
    public void Save_NewestIsDamaged_WritesANewerOne()
    {
        NodeCache cache = Cache();
        cache.Save(Snapshot(1));
        File.WriteAllText(cache.Load()!.File, "damaged");

        Assert.Equal(2, cache.Save(Snapshot(1)));
        Assert.Equal(2, cache.Load()!.Version);
    }

    [Fact]
    public void Load_OtherProxyOrEnsemble_DoesNotSeeIt()
    {
        Cache().Save(Snapshot(1));

        Assert.Null(Cache(instance: "127.0.0.1:9614").Load());
        Assert.Null(Cache(address: "zk1,zk2/other").Load());
        Assert.NotNull(Cache(address: "ZK2,zk1:2181/config").Load());
    }

    [Fact]
    public void Load_FileOfAnotherProxy_IsPassedOver()
    {
        NodeCache mine = Cache();
        NodeCache other = Cache(instance: "..");
        mine.Save(Snapshot(1));
        other.Save(Snapshot(1));
        File.Copy(mine.Load()!.File, Path.Combine(other.Folder, "000000000009.nodes"));

        Assert.Equal(1, other.Load()!.Version);
        Assert.Contains($"it belongs to {Instance} at zk1:2181,zk2:2181/config", _log.Lines[^1].Text, StringComparison.Ordinal);
        Assert.Equal("instance-..", Path.GetFileName(other.Folder));
    }

    [Fact]
    public void Save_FolderIsAFile_ThrowsAndSaysSo()
    {
        NodeCache cache = Cache();
        Directory.CreateDirectory(Path.GetDirectoryName(cache.Folder)!);
        File.WriteAllText(cache.Folder, "");

        Assert.ThrowsAny<IOException>(() => cache.Save(Snapshot(1)));
        Assert.Null(cache.Load());
    }

    private static NodeSnapshot Snapshot(int version, params WatchedNode[] topics) => new(
        Present($"/pproxy/{Instance}", version), topics.ToImmutableDictionary(node => node.Path["/topic/".Length..]), version, DateTimeOffset.UnixEpoch);

    private static WatchedNode Present(string path, int version)
    {
        byte[] bytes = Encoding.UTF8.GetBytes($"{{\"v\":{version}}}");
        return WatchedNode.Present(path, bytes, new NodeStat(version, 100 + version, 50, 1000 + version, 900, bytes.Length, 2, 3));
    }

    private static void AssertSame(WatchedNode expected, WatchedNode actual)
    {
        Assert.Equal(
            (expected.Path, expected.Presence, expected.Stat, expected.Error, Encoding.UTF8.GetString(expected.Bytes.Span)),
            (actual.Path, actual.Presence, actual.Stat, actual.Error, Encoding.UTF8.GetString(actual.Bytes.Span)));
    }

    private NodeCache Cache(int versions = 10, string instance = Instance, string address = "zk1,zk2/config") =>
        new(_folder.Path, ZooKeeperAddress.Parse(address), instance, _log, versions, _time);
}
