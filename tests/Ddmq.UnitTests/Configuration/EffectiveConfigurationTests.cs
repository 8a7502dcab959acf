using Ddmq.Config;
using Xunit;

namespace Ddmq.UnitTests.Configuration;

public class EffectiveConfigurationTests
{
    [Fact]
    public void Describe_EverySource_IsNamed()
    {
        LoadedConfiguration loaded = Yaml.Load("ddmq: {store: {path: 'my data'}}", ("DDMQ_PORT", "1"));

        string[] lines = [.. EffectiveConfiguration.Describe(loaded)];

        Assert.Contains("port = 1 (DDMQ_PORT)", lines);
        Assert.Contains("ddmq.store.path = \"my data\" (file)", lines);
        Assert.Contains("ddmq.thrift.transport = epoll (default)", lines);
    }

    [Fact]
    public void Describe_ListsAndMaps_AreSpelledOut()
    {
        LoadedConfiguration loaded = Yaml.Load(
            "defaultTopicInfoConf: {topics: [{topic: orders}]}\nddmq: {store: {partitions: {orders: 2}}}\ncarreraConfiguration: {retryDelays: [1, 2]}");

        string[] lines = [.. EffectiveConfiguration.Describe(loaded)];

        Assert.Contains("defaultTopicInfoConf.topics[0].topic = \"orders\" (file)", lines);
        Assert.Contains("defaultTopicInfoConf.topics[0].strongOrder = false (default)", lines);
        Assert.Contains("ddmq.store.partitions = {orders: 2} (file)", lines);
        Assert.Contains("carreraConfiguration.retryDelays = [1, 2] (file)", lines);
    }

    [Fact]
    public void Describe_Secret_IsHiddenUnlessEmpty()
    {
        var options = new WithSecrets { Password = "hunter2" };

        string[] lines = [.. EffectiveConfiguration.Describe(options, _ => "file")];

        Assert.Equal(["user = \"me\" (file)", "password = *** (file)", "unused = \"\" (file)"], lines);
    }

    private sealed class WithSecrets
    {
        public string User { get; set; } = "me";

        [Secret]
        public string Password { get; set; } = "";

        [Secret]
        public string Unused { get; set; } = "";
    }
}
