namespace Ddmq.Config;

/// <summary>An entry of the original's <c>rocketmqConfigurationMap</c>.</summary>
internal sealed class RocketMqClusterOptions
{
    /// <summary>Addresses of the name servers, host:port; required.</summary>
    public List<string> NamesrvAddrs { get; set; } = [];

    /// <summary>First part of the producer group's name.</summary>
    public string GroupPrefix { get; set; } = "carrera_rocketmq_producer_";

    /// <summary>Milliseconds a warm-up send may take.</summary>
    [NoEffect("warming up sends no messages")]
    [Limits(0)]
    public int SendMsgTimeout { get; set; } = 3000;

    /// <summary>Bodies of this size or more, in bytes, are compressed when that makes them smaller.</summary>
    [Limits(1)]
    public int CompressMsgBodyOverHowmuch { get; set; } = 4096;

    /// <summary>Retries of the client itself, forced to 0 by the original.</summary>
    [NoEffect("as in the original, the proxy itself decides about retries")]
    [Limits(0)]
    public int RetryTimesWhenSendFailed { get; set; } = 1;

    /// <summary>Whether a weakly stored message is sent to another broker as well.</summary>
    [NoEffect("it would store the message twice; `ddmq.rocketmqClusters.*.weakStorage` decides what weakly stored counts as")]
    public bool RetryAnotherBrokerWhenNotStoreOK { get; set; }

    /// <summary>Largest body in bytes.</summary>
    [Limits(1, 15728640)]
    public int MaxMessageSize { get; set; } = 2097152;

    /// <summary>Threads for callbacks.</summary>
    [NoEffect("answers are handled where they are read")]
    [Limits(1)]
    public int ClientCallbackExecutorThreads { get; set; } = 4;

    /// <summary>Milliseconds between route updates.</summary>
    [Limits(10, 3600000)]
    public int PollNameServerInterval { get; set; } = 2000;

    /// <summary>Milliseconds between heartbeats.</summary>
    [Limits(100, 100000)]
    public int HeartbeatBrokerInterval { get; set; } = 10000;

    /// <summary>Milliseconds between writes of consumer offsets.</summary>
    [NoEffect("a producer has none")]
    [Limits(1)]
    public int PersistConsumerOffsetInterval { get; set; } = 5000;
}
