namespace Ddmq.Config;

/// <summary>
/// The original's <c>carreraConfiguration</c>, every member of it, so that what a console has written can be pasted in.
/// </summary>
internal sealed class CarreraConfigurationOptions
{
    /// <summary>
    /// Milliseconds between attempts to deliver what is in the spool, one after another, then the last one again and again; none means 200, 500,
    /// 1000, 5000, 10000.
    /// </summary>
    public List<int> RetryDelays { get; set; } = [];

    /// <summary>Enables the Kafka clusters.</summary>
    public bool UseKafka { get; set; }

    /// <summary>Enables the RocketMQ clusters.</summary>
    public bool UseRocketmq { get; set; }

    /// <summary>Enables the rate limiter.</summary>
    public bool UseRequestLimiter { get; set; }

    /// <summary>RocketMQ client instances per cluster.</summary>
    [NoEffect("one client is the fastest; `ddmq.rocketmqClusters.*.connections` can say otherwise")]
    [Limits(0)]
    public int RocketmqProducers { get; set; } = 1;

    /// <summary>Kafka client instances per cluster.</summary>
    [NoEffect("one client is the fastest; `ddmq.kafkaClusters.*.producers` can say otherwise")]
    [Limits(0)]
    public int KafkaProducers { get; set; } = 1;

    /// <summary>The Thrift server of the original.</summary>
    public ThriftServerOptions ThriftServer { get; set; } = new();

    /// <summary>Kafka clusters by name.</summary>
    public Dictionary<string, KafkaClusterOptions> KafkaConfigurationMap { get; set; } = [];

    /// <summary>RocketMQ clusters by name.</summary>
    public Dictionary<string, RocketMqClusterOptions> RocketmqConfigurationMap { get; set; } = [];

    /// <summary>The delay service.</summary>
    public DelayOptions Delay { get; set; } = new();

    /// <summary>Enables batches to the brokers.</summary>
    public bool UseAutoBatch { get; set; }

    /// <summary>How batches are formed.</summary>
    public AutoBatchOptions AutoBatch { get; set; } = new();

    /// <summary>Sends a message to each queue of topic BenchmarkTest at start.</summary>
    [NoEffect("connections are opened for every cluster, and no message is sent for it")]
    public bool WarmUpConnection { get; set; }

    /// <summary>Fetches the routes of all topics at start.</summary>
    public bool WarmUpFetchTopicRouteInfo { get; set; } = true;

    /// <summary>Messages per second this proxy admits.</summary>
    [Limits(1)]
    public int MaxTps { get; set; } = 100000;

    /// <summary>Ours: bytes of bodies per second this proxy admits; 0 for no limit.</summary>
    [Limits(0)]
    public long MaxBytesPerSecond { get; set; }

    /// <summary>Share of a limit from which on the limiter warns.</summary>
    [Limits(0, 1, MinIsExclusive = true)]
    public double TpsWarningRatio { get; set; } = 0.9;

    /// <summary>More topics that are there from the start; one that the top level also names is taken from there.</summary>
    public DefaultTopicInfoOptions DefaultTopicInfoConf { get; set; } = new();

    /// <summary>Calls over a limit that may wait for their second try, on this proxy; beyond it they are refused at once.</summary>
    [Limits(0)]
    public int LimiterFailureRetryQueueSize { get; set; } = 1024;
}
