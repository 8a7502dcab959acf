using Ddmq.Config.ZooKeeper;
using Xunit;

namespace Ddmq.UnitTests.Config.ZooKeeper;

public class ZooKeeperAddressTests
{
    [Theory]
    [InlineData("10.0.0.1:2181", "10.0.0.1:2181/carrera/v4/config")]
    [InlineData(" zk1:2181,zk2:2181/ ", "zk1:2181,zk2:2181/carrera/v4/config")]
    [InlineData("zk1:2181/team", "zk1:2181/team/carrera/v4/config")]
    [InlineData("zk1:2181/carrera/v4/config", "zk1:2181/carrera/v4/config")]
    [InlineData("zk1:2181/team/carrera/v4/config/x", "zk1:2181/team/carrera/v4/config/x")]
    public void WithConfigRoot_Address_HasTheRootOnce(string text, string expected) =>
        Assert.Equal(expected, ZooKeeperAddress.WithConfigRoot(text));

    [Theory]
    [InlineData("zk1:2181", "zk1:2181")]
    [InlineData("ZK2.example.COM, zk1:2182 ,,10.0.0.7:2181,zk1:2182/a/B", "10.0.0.7:2181,zk1:2182,zk2.example.com:2181/a/B")]
    [InlineData("[2001:db8::1]:2182,[::1]/", "[2001:db8::1]:2182,[::1]:2181")]
    public void Parse_Address_HasOneForm(string text, string expected)
    {
        ZooKeeperAddress address = ZooKeeperAddress.Parse(text);

        Assert.Equal(expected, address.Text);
        Assert.Equal(address, ZooKeeperAddress.Parse(address.Text));
    }

    [Fact]
    public void Parse_Address_KeepsServersInTheirOrderAndChroot()
    {
        ZooKeeperAddress address = ZooKeeperAddress.Parse("zk2,zk1:7/x/y");

        Assert.Equal([new ZooKeeperHost("zk2", 2181), new ZooKeeperHost("zk1", 7)], address.Hosts);
        Assert.Equal("/x/y", address.Chroot);
    }

    [Theory]
    [InlineData("", "it names no server")]
    [InlineData("/carrera", "it names no server")]
    [InlineData("zk1:", "'zk1:' is not a server")]
    [InlineData("zk1:0", "'zk1:0' is not a server")]
    [InlineData("zk1:65536", "'zk1:65536' is not a server")]
    [InlineData("zk1:2181;zk2:2181", "'zk1:2181;zk2:2181' is not a server")]
    [InlineData("z k1:2181", "'z k1:2181' is not a server")]
    [InlineData("zk1/a//b", "'/a//b' is not a path")]
    [InlineData("zk1/a/", "'/a/' is not a path")]
    [InlineData("zk1/a/../b", "'/a/../b' is not a path")]
    public void Parse_NoAddress_SaysWhatIsWrong(string text, string reason)
    {
        var exception = Assert.Throws<ZooKeeperException>(() => ZooKeeperAddress.Parse(text));

        Assert.StartsWith($"The ZooKeeper address '{text}' is not valid: {reason}", exception.Message, StringComparison.Ordinal);
    }
}
