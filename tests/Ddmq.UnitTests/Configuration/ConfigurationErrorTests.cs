using Ddmq.Config;
using Xunit;

namespace Ddmq.UnitTests.Configuration;

public class ConfigurationErrorTests
{
    [Theory]
    [InlineData("prot: 1", "c.yaml:1:1: prot: unknown setting; did you mean port?")]
    [InlineData("ddmq:\n  store: {maxMesageSize: 5}", "c.yaml:2:11: ddmq.store.maxMesageSize: unknown setting; did you mean maxMessageSize?")]
    [InlineData("ddmq:\n  level: info", "c.yaml:2:3: ddmq.level: unknown setting; did you mean ddmq.logs.level?")]
    [InlineData("ddmq: {stop: {wait: 5}}", "c.yaml:1:15: ddmq.stop.wait: unknown setting; expected one of drainTimeoutMs")]
    [InlineData("carreraConfiguration:\n  thriftServer:\n    selectorThreads: eight",
        "c.yaml:3:22: carreraConfiguration.thriftServer.selectorThreads: \"eight\" is not a whole number; expected 1 or more")]
    [InlineData("port: 1.5", "c.yaml:1:7: port: \"1.5\" is not a whole number; expected 0 to 65535")]
    [InlineData("port: ''", "c.yaml:1:7: port: \"\" is not a whole number; expected 0 to 65535")]
    [InlineData("port: 65536", "c.yaml:1:7: port: \"65536\" is out of range; expected 0 to 65535")]
    [InlineData("port: 99999999999999999999999", "c.yaml:1:7: port: \"99999999999999999999999\" is out of range; expected 0 to 65535")]
    [InlineData("ddmq: {admin: {enabled: maybe}}", "c.yaml:1:25: ddmq.admin.enabled: \"maybe\" is not a yes or no; expected true or false")]
    [InlineData("ddmq: {thrift: {transport: 1}}",
        "c.yaml:1:28: ddmq.thrift.transport: \"1\" is not one of the possible values; expected epoll, kestrel")]
    [InlineData("carreraConfiguration: {tpsWarningRatio: 0}",
        "c.yaml:1:41: carreraConfiguration.tpsWarningRatio: \"0\" is out of range; expected more than 0 to 1")]
    [InlineData("carreraConfiguration: {tpsWarningRatio: NaN}",
        "c.yaml:1:41: carreraConfiguration.tpsWarningRatio: \"NaN\" is not a number; expected more than 0 to 1")]
    [InlineData("ddmq: {thrift: {bindAddress: 1}}",
        "c.yaml:1:30: ddmq.thrift.bindAddress: \"1\" is not allowed; expected an IP address such as 0.0.0.0, 127.0.0.1 or ::")]
    [InlineData("ddmq: {store: {path: ' '}}", "c.yaml:1:22: ddmq.store.path: \" \" is not allowed; expected not empty")]
    [InlineData("ddmq: 5", "c.yaml:1:7: ddmq: \"5\" stands where settings (key: value) are expected")]
    [InlineData("[1, 2]", "c.yaml:1:1: a list stands where settings (key: value) are expected")]
    [InlineData("port: [1]", "c.yaml:1:7: port: a list stands where a single value is expected; expected 0 to 65535")]
    [InlineData("ddmq: {store: {partitions: [1]}}",
        "c.yaml:1:28: ddmq.store.partitions: a list stands where names with values (name: value) are expected")]
    [InlineData("ddmq: {store: {partitions: {orders: 0}}}", "c.yaml:1:37: ddmq.store.partitions.orders: \"0\" is out of range; expected 1 to 1024")]
    [InlineData("ddmq: {store: {partitions: {a: 1, a: 2}}}", "c.yaml:1:35: ddmq.store.partitions.a: given twice")]
    [InlineData("defaultTopicInfoConf: {topics: {a: 1}}",
        "c.yaml:1:32: defaultTopicInfoConf.topics: a group of settings stands where a list is expected")]
    [InlineData("port: 1\nPORT: 2", "c.yaml:2:1: port: given twice; the first time in line 1")]
    [InlineData("carreraConfiguration: {retryDelays: [1, x]}",
        "c.yaml:1:41: carreraConfiguration.retryDelays[1]: \"x\" is not a whole number; expected a whole number")]
    public void Parse_Mistake_IsNamedWithItsPlace(string yaml, string expected) => Assert.Equal([expected], Yaml.Errors(yaml));

    [Theory]
    [InlineData("zookeeperAddr: 10.0.0.1:zk", "c.yaml:1:16: zookeeperAddr: The ZooKeeper address '10.0.0.1:zk/carrera/v4/config' is not valid: '10.0.0.1:zk' is not a server; expected host:port, for example zk1.example.com:2181.")]
    [InlineData(
        "carreraConfiguration: {useKafka: true}",
        "c.yaml:1:34: carreraConfiguration.useKafka: is on and kafkaConfigurationMap has no cluster; expected a cluster, or useKafka: false")]
    [InlineData(
        "carreraConfiguration: {rocketmqConfigurationMap: {embedded: {namesrvAddrs: [a:1]}}}",
        "c.yaml:1:61: carreraConfiguration.rocketmqConfigurationMap.embedded: \"embedded\" is the embedded store (ddmq.store.clusterName); expected another name")]
    [InlineData(
        "carreraConfiguration: {kafkaConfigurationMap: {K: {}}}",
        "c.yaml: carreraConfiguration.kafkaConfigurationMap.K.bootstrapServers: no address; expected host:port of the brokers")]
    [InlineData("port: 9614", "c.yaml: ddmq.admin.port: 9614 is also the Thrift port (`port`); expected two different ports")]
    [InlineData("ddmq: {store: {maxMessageSize: 20000000}}",
        "c.yaml:1:32: ddmq.store.maxMessageSize: 20000000 does not fit into a frame; expected less than ddmq.thrift.maxFrameBytes (16384000)")]
    [InlineData("ddmq: {thrift: {maxBytesInFlight: 1048576}}",
        "c.yaml:1:35: ddmq.thrift.maxBytesInFlight: 1048576 has no room for one frame; expected at least ddmq.thrift.maxFrameBytes (16384000)")]
    [InlineData("ddmq: {store: {maxQueuedBytes: 1048576}}",
        "c.yaml:1:32: ddmq.store.maxQueuedBytes: 1048576 has no room for one message; expected at least ddmq.store.maxMessageSize (2097152)")]
    [InlineData("carreraConfiguration: {autoBatch: {maxBathBytes: 1024}}",
        "c.yaml:1:50: carreraConfiguration.autoBatch.maxBathBytes: 1024 is too small; expected more than doBatchThresholdBytes (1024)")]
    [InlineData("ddmq: {store: {partitions: {a b: 1}}}",
        "c.yaml:1:34: ddmq.store.partitions.a b: \"a b\" is not a topic; expected 1 to 255 letters, digits, '_', '-', '%' or '|'")]
    [InlineData("defaultTopicInfoConf: {topics: [{delayTopic: false}]}",
        "c.yaml:1:33: defaultTopicInfoConf.topics[0]: the topic has no name; expected topic: NAME")]
    [InlineData("defaultTopicInfoConf: {topics: [{topic: a}, {topic: a}]}",
        "c.yaml:1:53: defaultTopicInfoConf.topics[1].topic: \"a\" is listed twice")]
    [InlineData("defaultTopicInfoConf: {topics: [{topic: a, topicUnits: [{brokerCluster: R_default}]}]}",
        "c.yaml:1:73: defaultTopicInfoConf.topics[0].topicUnits[0].brokerCluster: \"R_default\" is not a known cluster; expected embedded")]
    [InlineData("carreraConfiguration: {defaultTopicInfoConf: {topics: [{topic: a, topicUnits: [{maxTps: 1}]}]}}",
        "c.yaml:1:80: carreraConfiguration.defaultTopicInfoConf.topics[0].topicUnits[0]: the unit has no cluster; expected brokerCluster: embedded")]
    public void Parse_SettingsThatDoNotFitTogether_AreNamed(string yaml, string expected) => Assert.Equal([expected], Yaml.Errors(yaml));

    [Theory]
    [InlineData("port: 0\nddmq: {admin: {port: 0}}")]
    [InlineData("port: 9614\nddmq: {admin: {enabled: false}}")]
    [InlineData("port: 9614\nddmq: {thrift: {bindAddress: 127.0.0.2}}")]
    public void Parse_PortsThatOnlySeemToClash_AreAccepted(string yaml) => Assert.Empty(Yaml.Load(yaml).Warnings);

    [Theory]
    [InlineData("ddmq: {a: [1\nport: 2", "c.yaml:")]
    [InlineData("port: 'open", "c.yaml:1:")]
    [InlineData("ddmq:\n\tsend: {}", "c.yaml:2:1: not valid YAML: the line is indented with a tab; expected spaces")]
    [InlineData("host: *nobody", "c.yaml:1:7: not valid YAML: the alias *nobody has no anchor before it")]
    [InlineData("port: 1\n---\nport: 2", "c.yaml:2:1: not valid YAML: a second document begins here")]
    [InlineData("? [a, b]\n: 1", "c.yaml:1:3: not valid YAML: a key must be a single word")]
    public void Parse_NotYaml_SaysWhere(string yaml, string expected)
    {
        string error = Assert.Single(Yaml.Errors(yaml));

        Assert.StartsWith(expected, error, StringComparison.Ordinal);
        Assert.Contains("not valid YAML: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_NestedThousandsDeep_IsRefused()
    {
        string error = Assert.Single(Yaml.Errors("ddmq: " + new string('[', 5000) + new string(']', 5000)));

        Assert.Contains("more than 64 levels deep", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_ManyMistakes_AreReportedTogetherInTheOrderOfTheFile()
    {
        IReadOnlyList<string> errors = Yaml.Errors(
            """
            zookeeperAddr: 10.0.0.1:zk
            port: nine
            ddmq:
              send: {asyncTimeoutMs: 0}
              stor: {path: x}
            """,
            ("DDMQ_ADMIN_PORT", "x"));

        Assert.Equal(
            [
                "c.yaml:1:16: zookeeperAddr: The ZooKeeper address '10.0.0.1:zk/carrera/v4/config' is not valid: '10.0.0.1:zk' is not a server; expected host:port, for example zk1.example.com:2181.",
                "c.yaml:2:7: port: \"nine\" is not a whole number; expected 0 to 65535",
                "c.yaml:4:26: ddmq.send.asyncTimeoutMs: \"0\" is out of range; expected 1 to 600000",
                "c.yaml:5:3: ddmq.stor: unknown setting; did you mean store?",
                "environment variable DDMQ_ADMIN_PORT: \"x\" is not a whole number; expected 0 to 65535",
            ],
            errors);
    }

    [Fact]
    public void Message_ManyErrors_HasOneLineEach() =>
        Assert.Equal("a\nb", new ConfigurationException(["a", "b"]).Message);

    [Fact]
    public void Parse_LongValueWithLineBreaks_IsShortenedToOneLine()
    {
        string error = Assert.Single(Yaml.Errors($"port: \"{new string('x', 200)}\\n\""));

        Assert.Equal($"c.yaml:1:7: port: \"{new string('x', 80)}...\" is not a whole number; expected 0 to 65535", error);
    }
}
