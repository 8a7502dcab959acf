namespace Ddmq.Config;

/// <summary>An entry of the original's <c>kafkaConfigurationMap</c>; -1 leaves a number to the client.</summary>
internal sealed class KafkaClusterOptions
{
    /// <summary>Addresses of the brokers, host:port; required.</summary>
    public List<string> BootstrapServers { get; set; } = [];

    /// <summary>Acknowledgements a message needs: 0 (none), 1 (the leader's), -1 or all (every in-sync replica's; then the producer is idempotent).</summary>
    [OneOf("0", "1", "-1", "all")]
    public string Acks { get; set; } = "-1";

    /// <summary>Retries of the client itself within the time a message has; 0 turns idempotence off.</summary>
    [Limits(-1)]
    public int Retries { get; set; } = -1;

    /// <summary>Bytes to which a batch for one partition grows.</summary>
    [Limits(-1)]
    public int BatchSize { get; set; } = -1;

    /// <summary>Name the brokers see.</summary>
    public string ClientId { get; set; } = "pproxy";

    /// <summary>Milliseconds before a retry.</summary>
    [Limits(-1, 300000)]
    public long RetryBackoff { get; set; } = 100;

    /// <summary>Milliseconds after which a topic's partitions are asked for again; below 1000 counts as 1000.</summary>
    [Limits(-1, 86400000)]
    public long MetadataMaxAge { get; set; } = 300000;

    /// <summary>Milliseconds that asking for a topic's partitions may take.</summary>
    [Limits(1, 900000)]
    public long MetadataFetchTimeout { get; set; } = 3000;

    /// <summary>Milliseconds a broker waits for the replicas.</summary>
    [Limits(1, 900000)]
    public int AckTimeout { get; set; } = 3000;

    /// <summary>Bytes of bodies that may be under way to the cluster.</summary>
    [Limits(1)]
    public long BufferMemory { get; set; } = 33554432;
}
