using Ddmq.Config;
using Ddmq.TestKit;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ddmq.UnitTests.Configuration;

public class CarreraOptionsLoaderTests
{
    private static readonly Dictionary<string, string?> NoEnvironment = [];

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment\n")]
    [InlineData("---\n...\n")]
    [InlineData("carreraConfiguration:\nddmq: ~\nhost:\n")]
    public void Parse_NothingSet_GivesDefaults(string yaml)
    {
        LoadedConfiguration loaded = Yaml.Load(yaml);

        Assert.Equal(
            EffectiveConfiguration.Describe(new CarreraOptions(), _ => "default"),
            EffectiveConfiguration.Describe(loaded));
        Assert.Empty(loaded.Warnings);
    }

    [Fact]
    public void Parse_KeysInOtherSpelling_AreTheSameKeys()
    {
        CarreraOptions options = Yaml.Options("carrera-configuration: {THRIFT_SERVER: {BackLog: 7}}\nDdmq: {store: {default_partitions: 8}}");

        Assert.Equal(7, options.CarreraConfiguration.ThriftServer.Backlog);
        Assert.Equal(8, options.Ddmq.Store.DefaultPartitions);
    }

    [Fact]
    public void Parse_QuotedNumbersAndBooleans_AreTaken()
    {
        CarreraOptions options = Yaml.Options("port: \"9000\"\nddmq: {admin: {enabled: 'false'}, thrift: {maxBytesInFlight: \"99999999999\"}}");

        Assert.Equal(9000, options.Port);
        Assert.False(options.Ddmq.Admin.Enabled);
        Assert.Equal(99_999_999_999, options.Ddmq.Thrift.MaxBytesInFlight);
    }

    [Theory]
    [InlineData("yes", true)]
    [InlineData("On", true)]
    [InlineData("1", true)]
    [InlineData("no", false)]
    [InlineData("OFF", false)]
    public void Parse_OtherWordsForBooleans_AreTaken(string word, bool expected) =>
        Assert.Equal(expected, Yaml.Options($"ddmq: {{logs: {{console: {word}}}}}").Ddmq.Logs.Console);

    [Theory]
    [InlineData("debug", LogLevel.Debug)]
    [InlineData("WARN", LogLevel.Warning)]
    [InlineData("info", LogLevel.Information)]
    [InlineData("OFF", LogLevel.None)]
    public void Parse_LevelNames_AreThoseOfDotNetAndOfTheOriginal(string word, LogLevel expected) =>
        Assert.Equal(expected, Yaml.Options($"ddmq: {{logs: {{level: {word}}}}}").Ddmq.Logs.Level);

    [Fact]
    public void Parse_ListsAndMaps_AreFilled()
    {
        CarreraOptions options = Yaml.Options(
            """
            defaultTopicInfoConf:
              topics:
                - topic: orders
                  alarmGroup: [ops, 7]
                  topicUnits:
                    - {brokerCluster: embedded, proxies: {P_main: ["10.0.0.11:9613"]}, maxTps: 2147483647}
            ddmq: {store: {partitions: {orders: 16, Or_Ders: 2}}}
            """);

        TopicOptions topic = Assert.Single(options.DefaultTopicInfoConf.Topics);
        Assert.Equal(["ops", "7"], topic.AlarmGroup);
        Assert.Equal(["10.0.0.11:9613"], Assert.Single(topic.TopicUnits).Proxies["P_main"]);
        Assert.Equal(int.MaxValue, topic.TopicUnits[0].MaxTps);
        // Names chosen by the operator are taken to the letter, unlike keys.
        Assert.Equal(new Dictionary<string, int> { ["orders"] = 16, ["Or_Ders"] = 2 }, options.Ddmq.Store.Partitions);
    }

    [Fact]
    public void Parse_WhatAConsoleWrote_IsAccepted()
    {
        // The worked example of a proxy node, as the original's console writes it.
        LoadedConfiguration loaded = Yaml.Load(
            """
            carreraConfiguration: {"autoBatch":{"batchWaitMills":5,"doBatchThresholdBytes":1024,"encodeWorkerThreads":4,
              "maxBatchMessagesNumber":32,"maxBathBytes":4096,"maxContinuouslyRunningMills":50,"maxEncodeWorkerForEachBroker":1},
              "defaultTopicInfoConf":{"topics":[]},
              "delay":{"chronosInnerTopicPrefix":"R_main_chronos_inner_","innerTopicNum":1},
              "kafkaConfigurationMap":{"K_main":{"ackTimeout":3000,"acks":"-1","batchSize":16384,"bootstrapServers":["10.0.0.4:9092"],
                "bufferMemory":33554432,"clientId":"pproxy","metadataFetchTimeout":3000,"metadataMaxAge":300000,"retries":1,"retryBackoff":100}},
              "kafkaProducers":3,"limiterFailureRetryQueueSize":1024,"maxTps":3000,"retryDelays":[200,500,1000],
              "rocketmqConfigurationMap":{"R_main":{"clientCallbackExecutorThreads":4,"compressMsgBodyOverHowmuch":4096,
                "groupPrefix":"carrera_rocketmq_producer_","heartbeatBrokerInterval":10000,"maxMessageSize":2097152,
                "namesrvAddrs":["10.0.0.2:9876","10.0.0.3:9876"],"persistConsumerOffsetInterval":5000,"pollNameServerInterval":2000,
                "retryAnotherBrokerWhenNotStoreOK":false,"retryTimesWhenSendFailed":1,"sendMsgTimeout":3000}},
              "rocketmqProducers":3,
              "thriftServer":{"acceptQueueSizePerThread":100,"backlog":50,"clientTimeout":0,"maxReadBufferBytes":5000000,"port":9613,
                "selectorThreads":8,"timeoutCheckerThreads":3,"workerQueueSize":20000,"workerThreads":0},
              "tpsWarningRatio":0.8,"useAutoBatch":true,"useKafka":false,"useRequestLimiter":true,"useRocketmq":true,
              "warmUpConnection":true,"warmUpFetchTopicRouteInfo":true}
            """);

        Assert.Equal("R_main_chronos_inner_", loaded.Options.CarreraConfiguration.Delay.ChronosInnerTopicPrefix);
        Assert.Equal(["10.0.0.2:9876", "10.0.0.3:9876"], loaded.Options.CarreraConfiguration.RocketmqConfigurationMap["R_main"].NamesrvAddrs);
        Assert.DoesNotContain(loaded.Warnings, warning => warning.Contains("without effect", StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_OtherThriftServerPort_IsWarnedAbout() => Assert.Contains(
        "carreraConfiguration.thriftServer.port (9700) is ignored: the proxy listens on port (9613)",
        Yaml.Load("carreraConfiguration: {thriftServer: {port: 9700}}").Warnings);

    [Fact]
    public void Parse_AdminPortOpenToOthers_IsWarnedAbout() => Assert.Contains(
        "ddmq.admin.bindAddress is 0.0.0.0",
        Assert.Single(Yaml.Load("ddmq: {admin: {bindAddress: 0.0.0.0}}").Warnings),
        StringComparison.Ordinal);

    [Fact]
    public void Parse_Alias_RepeatsItsAnchor() => Assert.Equal(
        [3, 3],
        Yaml.Options("ddmq:\n  store:\n    partitions:\n      a: &n 3\n      b: *n\n").Ddmq.Store.Partitions.Values);

    [Fact]
    public void Load_FileWithByteOrderMark_IsRead()
    {
        using var folder = new ScratchFolder();
        string file = folder["c.yaml"];
        File.WriteAllBytes(file, [0xEF, 0xBB, 0xBF, .. "port: 1234\n"u8]);

        LoadedConfiguration loaded = CarreraOptionsLoader.Load(file, NoEnvironment);

        Assert.Equal(1234, loaded.Options.Port);
        Assert.Equal("file", loaded.SourceOf("port"));
    }

    [Fact]
    public void Load_NoSuchFile_SaysSo()
    {
        using var folder = new ScratchFolder();
        string file = folder["absent.yaml"];

        var e = Assert.Throws<ConfigurationException>(() => CarreraOptionsLoader.Load(file, NoEnvironment));

        Assert.Equal($"{file}: no such file", e.Message);
    }

    [Fact]
    public void Load_Folder_SaysThatItCannotBeRead()
    {
        using var folder = new ScratchFolder();

        var e = Assert.Throws<ConfigurationException>(() => CarreraOptionsLoader.Load(folder.Path, NoEnvironment));

        Assert.StartsWith($"{folder.Path}: cannot be read: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NotUtf8_SaysWhere()
    {
        using var folder = new ScratchFolder();
        string file = folder["c.yaml"];
        File.WriteAllBytes(file, [.. "host: "u8, 0xFF, 0xFE]);

        var e = Assert.Throws<ConfigurationException>(() => CarreraOptionsLoader.Load(file, NoEnvironment));

        Assert.Equal($"{file}: not UTF-8 text (byte 6)", e.Message);
    }
}
