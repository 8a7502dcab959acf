using System.Text.Json.Nodes;
using Ddmq.Config;

namespace Ddmq.Cli.Zk;

/// <summary>
/// The two kinds of broker clusters: where a proxy's node keeps them, and what the console's stored configuration says of them. Immutable.
/// </summary>
internal sealed class BrokerKind
{
    private BrokerKind(string name, string map, string flag, string producers, int defaultProducers, string addresses, Type options)
    {
        Name = name;
        Map = map;
        Flag = flag;
        Producers = producers;
        DefaultProducers = defaultProducers;
        Addresses = addresses;
        Options = options;
    }

    /// <summary>Apache Kafka.</summary>
    public static BrokerKind Kafka { get; } = new(
        "Kafka", "kafkaConfigurationMap", "useKafka", "kafkaProducers", 1, "bootstrapServers", typeof(KafkaClusterOptions));

    /// <summary>Apache RocketMQ.</summary>
    public static BrokerKind RocketMq { get; } = new(
        "RocketMQ", "rocketmqConfigurationMap", "useRocketmq", "rocketmqProducers", 3, "namesrvAddrs", typeof(RocketMqClusterOptions));

    /// <summary>Both.</summary>
    public static IReadOnlyList<BrokerKind> All { get; } = [Kafka, RocketMq];

    /// <summary>For people.</summary>
    public string Name { get; }

    /// <summary>The member with the clusters by name.</summary>
    public string Map { get; }

    /// <summary>The member that switches the kind on.</summary>
    public string Flag { get; }

    /// <summary>The member with the number of clients.</summary>
    public string Producers { get; }

    /// <summary>How many clients a kind gets that had none.</summary>
    public int DefaultProducers { get; }

    /// <summary>The member of a cluster that holds its addresses.</summary>
    public string Addresses { get; }

    /// <summary>The class with a cluster's members.</summary>
    public Type Options { get; }

    /// <summary>A cluster with the values of the console's stored configuration.</summary>
    public JsonObject CreateCluster(IEnumerable<string> addresses)
    {
        JsonObject cluster = ReferenceEquals(this, Kafka)
            ? new JsonObject
            {
                ["ackTimeout"] = 3000,
                ["acks"] = "-1",
                ["batchSize"] = 16384,
                ["bufferMemory"] = 33554432,
                ["clientId"] = "pproxy",
                ["metadataFetchTimeout"] = 3000,
                ["metadataMaxAge"] = 300000,
                ["retries"] = 1,
                ["retryBackoff"] = 100,
            }
            : new JsonObject
            {
                ["clientCallbackExecutorThreads"] = 4,
                ["compressMsgBodyOverHowmuch"] = 4096,
                ["groupPrefix"] = "carrera_rocketmq_producer_",
                ["heartbeatBrokerInterval"] = 10000,
                ["maxMessageSize"] = 2097152,
                ["persistConsumerOffsetInterval"] = 5000,
                ["pollNameServerInterval"] = 2000,
                ["retryAnotherBrokerWhenNotStoreOK"] = false,
                ["retryTimesWhenSendFailed"] = 1,
                ["sendMsgTimeout"] = 3000,
            };
        cluster.Put(Addresses, new JsonArray([.. addresses.Select(address => JsonValue.Create(address))]));
        return cluster;
    }
}
