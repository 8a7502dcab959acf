using Ddmq.Core.Storage;
using Ddmq.Proxy.LiveConfiguration;
using Ddmq.Storage.Kafka;
using Ddmq.Storage.RocketMq;
using Ddmq.Storage.RocksDb;

namespace Ddmq.Proxy.Admin.Top;

/// <summary>What a cluster's client has counted at one moment. Immutable. Null where a kind of client does not count that.</summary>
internal sealed record ClusterCounts
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary><c>Embedded</c>, <c>Kafka</c>, <c>RocketMq</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What is wrong with it; null for nothing.</summary>
    public string? Trouble { get; init; }

    /// <summary>Messages stored.</summary>
    public long? Stored { get; init; }

    /// <summary>Messages taken and not answered.</summary>
    public long? InFlight { get; init; }

    /// <summary>Those of them that wait inside the proxy.</summary>
    public long? Waiting { get; init; }

    /// <summary>Requests or commits that carried several messages.</summary>
    public long? Batches { get; init; }

    /// <summary>Messages in them.</summary>
    public long? BatchMessages { get; init; }

    /// <summary>Its brokers, where the client knows them one by one.</summary>
    public IReadOnlyList<BrokerStatus> Brokers { get; init; } = [];

    /// <summary>Reads the embedded store and all clusters.</summary>
    public static IReadOnlyList<ClusterCounts> OfAll(ProxyStatus status) =>
    [
        Of(status.Clusters.Embedded.Name, "Embedded", status.Store, status.Store.Trouble),
        .. status.Clusters.Status.Select(cluster => Of(cluster.Name, cluster.Kind.ToString(), cluster.Store, cluster.Trouble)),
    ];

    private static ClusterCounts Of(string name, string kind, IMessageStore? store, string? trouble)
    {
        var counts = new ClusterCounts { Name = name, Kind = kind, Trouble = trouble };
        return store switch
        {
            RocksDbStore embedded => counts with
            {
                Stored = embedded.Counters.Messages,
                InFlight = embedded.QueuedMessages,
                Batches = embedded.Counters.Commits,
                BatchMessages = embedded.Counters.Messages,
            },
            KafkaStore kafka => counts with
            {
                Stored = kafka.Counters.Sent,
                InFlight = kafka.Counters.InFlight,
                Waiting = kafka.Counters.Waiting,
            },
            RocketMqStore rocketMq => counts with
            {
                Stored = rocketMq.Counters.Stored,
                InFlight = rocketMq.Outstanding,
                Batches = rocketMq.Counters.Batches,
                BatchMessages = rocketMq.Counters.BatchMessages,
                Brokers = rocketMq.Brokers,
            },
            _ => counts,
        };
    }
}
