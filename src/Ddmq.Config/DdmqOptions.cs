namespace Ddmq.Config;

/// <summary>Settings the original does not have, one section per part of the proxy.</summary>
internal sealed class DdmqOptions
{
    /// <summary>The Thrift port.</summary>
    public ThriftOptions Thrift { get; set; } = new();

    /// <summary>A message's way to its store.</summary>
    public SendOptions Send { get; set; } = new();

    /// <summary>Health, metrics and the JSON API over HTTP.</summary>
    public AdminOptions Admin { get; set; } = new();

    /// <summary>ZooKeeper, when `zookeeperAddr` names one.</summary>
    public ZooKeeperOptions Zookeeper { get; set; } = new();

    /// <summary>The embedded store.</summary>
    public StoreOptions Store { get; set; } = new();

    /// <summary>What topics with `durability: spool-on-failure` leave on this proxy's disk while their cluster takes no messages.</summary>
    public SpoolOptions Spool { get; set; } = new();

    /// <summary>More about topics, by their names; `*` stands for those that are not named.</summary>
    public Dictionary<string, TopicExtraOptions> Topics { get; set; } = [];

    /// <summary>More about Kafka clusters, by their names.</summary>
    public Dictionary<string, KafkaExtraOptions> KafkaClusters { get; set; } = [];

    /// <summary>More about RocketMQ clusters, by their names.</summary>
    public Dictionary<string, RocketMqExtraOptions> RocketmqClusters { get; set; } = [];

    /// <summary>What became of the last messages, for `ddmq explain`.</summary>
    public RecorderOptions Recorder { get; set; } = new();

    /// <summary>Log files.</summary>
    public LogsOptions Logs { get; set; } = new();

    /// <summary>An orderly end.</summary>
    public StopOptions Stop { get; set; } = new();
}
