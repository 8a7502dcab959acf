using Ddmq.Cli.Doctor;
using Ddmq.Cli.Doctor.Checks;
using Ddmq.Storage.Kafka;
using Ddmq.Storage.Kafka.Inspection;
using Ddmq.Storage.RocketMq;
using Ddmq.Storage.RocketMq.Inspection;
using Xunit;

namespace Ddmq.UnitTests.Cli.Doctor;

/// <summary>What follows from a cluster's answers.</summary>
public sealed class ClusterCheckTests
{
    private static readonly KafkaStoreOptions Kafka = new() { BootstrapServers = ["10.0.0.1:9092"] };
    private static readonly RocketMqStoreOptions RocketMq = new() { NameServers = ["10.0.0.1:9876", "10.0.0.2:9876"] };

    [Fact]
    public void Kafka_EverythingThere_IsOneLine()
    {
        CheckResult result = Assert.Single(Describe(new KafkaInspection
        {
            Brokers = new Dictionary<int, string> { [1] = "10.0.0.1:9092" },
            Topics = [new KafkaTopicInspection("t", 4, 0, false, 4_000_000)],
            CreatesTopics = false,
        }));

        Assert.Equal((CheckOutcome.Ok, "1 broker, 1 of 1 topic there, answered in 0 ms"), (result.Outcome, result.Found));
    }

    [Theory]
    [InlineData(true, "warn: not there: gone; the first message creates it")]
    [InlineData(false, "fail: not there: gone; the brokers create none by themselves")]
    [InlineData(null, "fail: not there: gone (or not for this client to see)")]
    public void Kafka_TopicMissing_SaysWhetherAMessageWouldMakeIt(bool? creates, string expected) => Finds(
        expected,
        "kafka-topics.sh --bootstrap-server 10.0.0.1:9092 --create --topic gone",
        Describe(new KafkaInspection { Topics = [new KafkaTopicInspection("gone", 0, 0, false, null)], CreatesTopics = creates }));

    [Fact]
    public void Kafka_TopicNarrowerThanTheProxy_NamesBothSettings()
    {
        CheckResult[] results = Describe(new KafkaInspection { Topics = [new KafkaTopicInspection("t", 4, 0, false, 1_048_588)] });

        Finds("warn: max.message.bytes of t is 1048588, less than the proxy lets in (2097152)", "ddmq.kafkaClusters.K.maxMessageSize: 983052", results);
        Finds("warn: max.message.bytes of t", "--add-config max.message.bytes=2162688", results);
    }

    [Fact]
    public void Kafka_NoTopicsAndNarrowBrokers_WarnsOfTheBrokers() =>
        Finds("warn: message.max.bytes of the brokers is 1000", "maxMessageSize: 1,", Describe(new KafkaInspection { MessageMaxBytes = 1000 }));

    [Fact]
    public void Kafka_RefusedAndLeaderless_AreFailures()
    {
        Finds("fail: the brokers do not accept the credentials: bad password", "ddmq.kafkaClusters.K.properties", Describe(new KafkaInspection { Trouble = "bad password", CredentialsRefused = true }));
        Finds("fail: no broker answers: eof", "security.protocol", Describe(new KafkaInspection { Trouble = "eof" }));
        Finds("fail: no right to secret", "kafka-acls.sh", Describe(new KafkaInspection { Topics = [new KafkaTopicInspection("secret", 0, 0, true, null)] }));
        Finds("fail: partitions without a leader: t", "--unavailable-partitions", Describe(new KafkaInspection { Topics = [new KafkaTopicInspection("t", 4, 1, false, null)] }));
    }

    [Fact]
    public void RocketMq_EverythingThere_IsOneLine()
    {
        CheckResult result = Assert.Single(Describe([Server("10.0.0.1:9876", "a"), Server("10.0.0.2:9876", "a")], [Broker("a")], [Topic("t", 8)], ["a"]));

        Assert.Equal(CheckOutcome.Ok, result.Outcome);
        Assert.StartsWith("2 of 2 name servers, 1 of 1 broker, 1 of 1 topic", result.Found);
    }

    [Fact]
    public void RocketMq_NameServers_OneDownWarnsAllDownFails()
    {
        NameServerInspection down = new("10.0.0.2:9876", "refused", TimeSpan.Zero, new Dictionary<string, string>(), []);

        Finds("warn: the name server 10.0.0.2:9876 does not answer: refused", "namesrvAddrs", Describe([Server("10.0.0.1:9876", "a"), down], [Broker("a")], [], []));
        CheckResult[] all = Describe([down], [], [], []);
        Finds("fail: the name server 10.0.0.2:9876 does not answer: refused", "namesrvAddrs", all);
        Assert.DoesNotContain(all, result => result.Outcome == CheckOutcome.Ok);
    }

    [Fact]
    public void RocketMq_NameServersDisagree_NamesTheBrokerThatOneDoesNotKnow() => Finds(
        "warn: the name server 10.0.0.2:9876 does not know b",
        "namesrvAddr of every broker",
        Describe([Server("10.0.0.1:9876", "a", "b"), Server("10.0.0.2:9876", "a")], [Broker("a"), Broker("b")], [], []));

    [Fact]
    public void RocketMq_NoBrokerOrNoMaster_IsSaid()
    {
        Finds("fail: no broker with a master has registered with 10.0.0.1:9876", "namesrvAddr=10.0.0.1:9876", Describe([Server("10.0.0.1:9876")], [], [], []));
        Finds("warn: without a master, says 10.0.0.1:9876: b", "brokerId=0", Describe([Server("10.0.0.1:9876", "a") with { WithoutMaster = ["b"] }], [Broker("a")], [], []));
    }

    [Fact]
    public void RocketMq_BrokerAtAnAddressThatCannotBeReached_NamesTheSettingOfTheBroker() => Finds(
        "fail: a at 172.17.0.2:10911, as the name server has it, cannot be reached from here: timed out",
        "brokerIP1",
        Describe([Server("10.0.0.1:9876", "a")], [Broker("a") with { Address = "172.17.0.2:10911", IsConnected = false, Failure = "timed out" }], [], []));

    [Fact]
    public void RocketMq_BrokerRefusesSlowOrOfAnotherTime_IsSaid()
    {
        NameServerInspection[] servers = [Server("10.0.0.1:9876", "a")];

        Finds("fail: a at a:10911 refuses: it answered 1: no key", "ddmq.rocketmqClusters.R.accessKey", Describe(servers, [Broker("a") with { Failure = "it answered 1: no key" }], [], []));
        Finds("warn: a at a:10911 took 900 ms", "load", Describe(servers, [Broker("a") with { Elapsed = TimeSpan.FromMilliseconds(900) }], [], []));
        Finds("warn: the clock of a at a:10911 is 60 s behind this machine's", "set-ntp", Describe(servers, [Broker("a") with { ClockAhead = TimeSpan.FromMinutes(-1) }], [], []));
    }

    [Theory]
    [InlineData(true, "a", "warn: not there: gone; the first message creates it on a")]
    [InlineData(true, null, "fail: not there: gone; no broker creates topics (autoCreateTopicEnable)")]
    [InlineData(false, "a", "fail: not there: gone; autoCreateTopics is off for this cluster")]
    public void RocketMq_TopicMissing_SaysWhetherAMessageWouldMakeIt(bool autoCreate, string? creating, string expected) => Finds(
        expected,
        "mqadmin updateTopic -n 10.0.0.1:9876",
        [.. RocketMqCheck.Describe(
            "R",
            new RocketMqStoreOptions { NameServers = RocketMq.NameServers, AutoCreateTopics = autoCreate },
            new RocketMqInspection([Server("10.0.0.1:9876", "a")], [Broker("a")], [new RocketMqTopicInspection("gone", false, 0, [], [])], creating is null ? [] : [creating]))]);

    [Fact]
    public void RocketMq_TopicReadOnly_FailsAndPartlyReadOnlyWarns()
    {
        NameServerInspection[] servers = [Server("10.0.0.1:9876", "a", "b")];

        Finds("fail: t cannot be written to: read-only on a", "updateTopicPerm", Describe(servers, [], [Topic("t", 0) with { ReadOnlyBrokers = ["a"] }], []));
        Finds("fail: t cannot be written to: no master of b", "updateTopicPerm", Describe(servers, [], [Topic("t", 0) with { BrokersWithoutMaster = ["b"] }], []));
        Finds("warn: read-only on a: t; the other brokers take all", "brokerPermission=6", Describe(servers, [], [Topic("t", 4) with { ReadOnlyBrokers = ["a"] }], []));
    }

    private static NameServerInspection Server(string address, params string[] brokers) =>
        new(address, null, TimeSpan.Zero, brokers.ToDictionary(broker => broker, broker => $"{broker}:10911"), []);

    private static BrokerInspection Broker(string name) => new(name, $"{name}:10911", true, null, TimeSpan.Zero, "V4_9_7", TimeSpan.Zero);

    private static RocketMqTopicInspection Topic(string name, int queues) => new(name, true, queues, [], []);

    private static CheckResult[] Describe(KafkaInspection inspection) => [.. KafkaCheck.Describe("kafka K", "K", Kafka, inspection)];

    private static CheckResult[] Describe(
        NameServerInspection[] servers, BrokerInspection[] brokers, RocketMqTopicInspection[] topics, string[] creating) =>
        [.. RocketMqCheck.Describe("R", RocketMq, new RocketMqInspection(servers, brokers, topics, creating))];

    private static void Finds(string expected, string remedy, CheckResult[] results) => Assert.Contains(
        results,
        result => $"{(result.Outcome == CheckOutcome.Warning ? "warn" : "fail")}: {result.Found}".StartsWith(expected, StringComparison.Ordinal)
            && result.Outcome != CheckOutcome.Ok && result.Remedy?.Contains(remedy, StringComparison.Ordinal) == true);
}
