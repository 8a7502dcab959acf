using Ddmq.Config.ZooKeeper;
using Ddmq.Config.ZooKeeper.Native;
using Xunit;

namespace Ddmq.UnitTests.Config.ZooKeeper;

public class NativeTests
{
    [Fact]
    public void EnsureLoaded_LibraryMissing_NamesPackageAndCommand()
    {
        var exception = Assert.Throws<ZooKeeperException>(() => ZooKeeperLibrary.EnsureLoaded("libzookeeper_mt.so.99"));

        Assert.Equal(
            "The native library libzookeeper_mt.so.99 cannot be loaded. It is part of the Debian package libzookeeper-mt2; " +
            "install it with: apt-get install -y libzookeeper-mt2",
            exception.Message);
    }

    [Theory]
    [InlineData(
        "2026-11-01 10:00:00,123:42(0x7f):ZOO_WARN@zookeeper_interest@2597: Delaying connection\n",
        "ZOO_WARN@zookeeper_interest@2597: Delaying connection")]
    [InlineData("something else", "something else")]
    public void Strip_LineOfTheClient_LeavesOutTimeAndThread(string line, string expected) => Assert.Equal(expected, NativeLog.Strip(line));

    [Theory]
    [InlineData("/", true)]
    [InlineData("/a", true)]
    [InlineData("/topic/订单", true)]
    [InlineData("", false)]
    [InlineData("a", false)]
    [InlineData("/a/", false)]
    [InlineData("//a", false)]
    [InlineData("/a/./b", false)]
    [InlineData("/..", false)]
    [InlineData("/a\0b", false)]
    public void IsValid_Path_FollowsTheRules(string path, bool expected) => Assert.Equal(expected, NodePath.IsValid(path));
}
