namespace Ddmq.Config;

/// <summary>An entry of the original's <c>kafkaConfigurationMap</c>; -1 leaves a number to the client.</summary>
internal sealed class KafkaClusterOptions
{
    private const string NoClient = "there is no Kafka client yet";

    /// <summary>Addresses of the brokers, host:port.</summary>
    [NoEffect(NoClient)]
    public List<string> BootstrapServers { get; set; } = [];

    /// <summary>Acknowledgements a message needs: 0, 1, -1 or all.</summary>
    [NoEffect(NoClient)]
    public string Acks { get; set; } = "-1";

    /// <summary>Retries of the client.</summary>
    [NoEffect(NoClient)]
    [Limits(-1)]
    public int Retries { get; set; } = 1;

    /// <summary>Bytes of a client batch.</summary>
    [NoEffect(NoClient)]
    [Limits(-1)]
    public int BatchSize { get; set; } = 16384;

    /// <summary>Name the brokers see.</summary>
    [NoEffect(NoClient)]
    public string ClientId { get; set; } = "pproxy";

    /// <summary>Milliseconds before a retry.</summary>
    [NoEffect(NoClient)]
    [Limits(-1)]
    public long RetryBackoff { get; set; } = 100;

    /// <summary>Milliseconds after which metadata is fetched again.</summary>
    [NoEffect(NoClient)]
    [Limits(-1)]
    public long MetadataMaxAge { get; set; } = 300000;

    /// <summary>Milliseconds the first metadata may take.</summary>
    [NoEffect(NoClient)]
    [Limits(1)]
    public long MetadataFetchTimeout { get; set; } = 3000;

    /// <summary>Milliseconds the broker may take to acknowledge.</summary>
    [NoEffect(NoClient)]
    [Limits(1)]
    public int AckTimeout { get; set; } = 3000;

    /// <summary>Bytes the client may hold.</summary>
    [NoEffect(NoClient)]
    [Limits(1)]
    public long BufferMemory { get; set; } = 33554432;
}
