using Ddmq.Storage.Kafka;
using Ddmq.Storage.Kafka.Clients;
using Xunit;

namespace Ddmq.UnitTests.Storage.Kafka;

public sealed class ClientPropertiesTests
{
    private static readonly KafkaStoreOptions Defaults = new() { BootstrapServers = ["a:1", "b:2"] };

    [Fact]
    public void Create_Defaults_AreIdempotentBoundedAndPrompt()
    {
        Dictionary<string, string> properties = ClientProperties.Create(Defaults);

        Assert.Equal("a:1,b:2", properties["bootstrap.servers"]);
        Assert.Equal(("all", "true"), (properties["acks"], properties["enable.idempotence"]));
        Assert.Equal(("3000", "10000"), (properties["request.timeout.ms"], properties["delivery.timeout.ms"]));
        Assert.Equal("0", properties["linger.ms"]);
        Assert.DoesNotContain("max.in.flight", properties.Keys);
    }

    [Fact]
    public void Create_NumbersLeftToTheClient_AreNotSet()
    {
        Dictionary<string, string> properties = ClientProperties.Create(Defaults with
        {
            Retries = -1,
            BatchSize = -1,
            BufferMemory = -1,
            RetryBackoff = TimeSpan.FromMilliseconds(-1),
            MetadataMaxAge = TimeSpan.FromMilliseconds(-1),
        });

        Assert.DoesNotContain(
            properties.Keys,
            key => key is "retries" or "batch.size" or "queue.buffering.max.kbytes" or "retry.backoff.ms"
                or "topic.metadata.refresh.interval.ms");
    }

    [Fact]
    public void Create_EveryMember_BecomesItsProperty()
    {
        Dictionary<string, string> properties = ClientProperties.Create(Defaults with
        {
            Acks = "1",
            Retries = 2,
            BatchSize = 16384,
            ClientId = "pproxy",
            RetryBackoff = TimeSpan.FromMilliseconds(70),
            MetadataMaxAge = TimeSpan.FromSeconds(60),
            AckTimeout = TimeSpan.FromSeconds(4),
            BufferMemory = 33_554_432,
            DeliveryTimeout = TimeSpan.FromSeconds(7),
        });

        (string, string)[] expected =
        [
            ("acks", "1"), ("retries", "2"), ("batch.size", "16384"), ("client.id", "pproxy"), ("retry.backoff.ms", "70"),
            ("topic.metadata.refresh.interval.ms", "60000"), ("request.timeout.ms", "4000"), ("queue.buffering.max.kbytes", "32768"),
            ("delivery.timeout.ms", "7000"), ("socket.timeout.ms", "7000"),
        ];
        Assert.All(expected, pair => Assert.Equal(pair.Item2, properties[pair.Item1]));
    }

    [Theory]
    [InlineData("all", -1, "true", null)]
    [InlineData("-1", 5, "true", null)]
    [InlineData("all", 0, "false", null)]
    [InlineData("1", -1, "false", "1")]
    [InlineData("1", 0, "false", null)]
    [InlineData("0", 3, "false", null)]
    public void Create_AcksAndRetries_KeepTheOrderOneWayOrTheOther(string acks, int retries, string idempotence, string? inFlight)
    {
        Dictionary<string, string> properties = ClientProperties.Create(Defaults with { Acks = acks, Retries = retries });

        Assert.Equal(idempotence, properties["enable.idempotence"]);
        Assert.Equal(inFlight, properties.GetValueOrDefault("max.in.flight"));
    }

    [Theory]
    [InlineData("request.required.acks", "1")]
    [InlineData("message.send.max.retries", "0")]
    [InlineData("enable.idempotence", "false")]
    public void Create_PropertyRulesIdempotenceOut_ItIsNotAskedFor(string name, string value)
    {
        Dictionary<string, string> properties = ClientProperties.Create(
            Defaults with { Properties = new Dictionary<string, string> { [name] = value } });

        Assert.Equal("false", properties["enable.idempotence"]);
    }

    [Fact]
    public void Create_Properties_WinUnderEitherOfTheirNames()
    {
        Dictionary<string, string> properties = ClientProperties.Create(Defaults with
        {
            Properties = new Dictionary<string, string>
            {
                ["queue.buffering.max.ms"] = "5",
                ["message.timeout.ms"] = "1234",
                ["max.in.flight.requests.per.connection"] = "3",
                ["compression.codec"] = "lz4",
                ["security.protocol"] = "ssl",
            },
        });

        (string, string)[] expected =
        [
            ("linger.ms", "5"), ("delivery.timeout.ms", "1234"), ("max.in.flight", "3"), ("compression.type", "lz4"),
            ("security.protocol", "ssl"),
        ];
        Assert.All(expected, pair => Assert.Equal(pair.Item2, properties[pair.Item1]));
        Assert.DoesNotContain("queue.buffering.max.ms", properties.Keys);
    }

    [Theory]
    [InlineData("transactional.id")]
    [InlineData("delivery.report.only.error")]
    [InlineData("dotnet.producer.enable.delivery.reports")]
    public void Create_PropertyTheStoreCannotWorkWith_IsRefusedByName(string name)
    {
        KafkaStoreException refusal = Assert.Throws<KafkaStoreException>(
            () => ClientProperties.Create(Defaults with { Properties = new Dictionary<string, string> { [name] = "x" } }));

        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2 * 1024 * 1024)]
    [InlineData(1)]
    public void Create_MaxMessageSize_LeavesRoomForTheLargestKeyTagsAndProperties(int maxMessageSize)
    {
        const int LargestRest = 32_767 + 4 * 255 * 3;
        Dictionary<string, string> properties = ClientProperties.Create(Defaults with { MaxMessageSize = maxMessageSize });

        Assert.InRange(int.Parse(properties["message.max.bytes"]), maxMessageSize + LargestRest, int.MaxValue);
    }

    [Fact]
    public void Create_BufferSmallerThanAMessage_StillTakesOne()
    {
        Dictionary<string, string> properties = ClientProperties.Create(Defaults with { BufferMemory = 1, MaxMessageSize = 1_000_000 });

        Assert.InRange(int.Parse(properties["queue.buffering.max.kbytes"]) * 1024L, 1_000_000, 1_001_024);
    }

    [Fact]
    public void Errors_Defaults_AreNone() => Assert.Empty(Defaults.Errors());

    [Fact]
    public void Errors_ValuesOutOfRange_AreNamedOneByOne()
    {
        var options = new KafkaStoreOptions
        {
            BootstrapServers = [],
            Acks = "2",
            Retries = -2,
            BatchSize = 0,
            BufferMemory = 0,
            Producers = 0,
            MaxMessageSize = 0,
            MaxWaitingBytes = 1,
            RetryBackoff = TimeSpan.FromSeconds(301),
            MetadataMaxAge = TimeSpan.Zero,
            MetadataFetchTimeout = TimeSpan.Zero,
            AckTimeout = TimeSpan.Zero,
            DeliveryTimeout = TimeSpan.Zero,
            UnknownTopicTime = TimeSpan.FromDays(2),
            TopicCreationTime = TimeSpan.FromMilliseconds(-1),
            RoomTimeout = TimeSpan.FromMilliseconds(-1),
            CloseTimeout = TimeSpan.FromMilliseconds(-1),
        };

        Assert.Equal(
            [
                "AckTimeout", "Acks", "BatchSize", "BootstrapServers", "BufferMemory", "CloseTimeout", "DeliveryTimeout", "MaxMessageSize",
                "MaxWaitingBytes", "MetadataFetchTimeout", "MetadataMaxAge", "Producers", "Retries", "RetryBackoff", "RoomTimeout",
                "TopicCreationTime", "UnknownTopicTime",
            ],
            options.Errors().Select(error => error.Split(':')[0]).Order());
    }

    [Fact]
    public void ToString_Passwords_AreNotInIt() => Assert.DoesNotContain(
        "secret",
        (Defaults with { Properties = new Dictionary<string, string> { ["sasl.password"] = "secret" } }).ToString(),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("all", "", "", 6, 10_000)]
    [InlineData("1", "", "", 2, 10_000)]
    [InlineData("0", "", "", 6, 10_000)]
    [InlineData("all", "2", "32", 3, 32)]
    [InlineData("0", "1000000", "x", 6, 10_000)]
    [InlineData("all", "0", "0", 2, 1)]
    public void LimitsOf_WhatIsSetOrTheClientsDefaults(string acks, string maxInFlight, string batchMessages, int made, int messages)
    {
        var given = new Dictionary<string, string>();
        if (maxInFlight.Length > 0)
        {
            given["max.in.flight.requests.per.connection"] = maxInFlight;
        }

        if (batchMessages.Length > 0)
        {
            given["batch.num.messages"] = batchMessages;
        }

        RequestLimits limits = ClientProperties.LimitsOf(ClientProperties.Create(Defaults with { Acks = acks, Properties = given }));

        Assert.Equal(new RequestLimits(made, messages), limits);
    }
}
