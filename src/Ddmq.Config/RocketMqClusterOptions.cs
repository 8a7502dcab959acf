namespace Ddmq.Config;

/// <summary>An entry of the original's <c>rocketmqConfigurationMap</c>.</summary>
internal sealed class RocketMqClusterOptions
{
    private const string NoClient = "there is no RocketMQ client yet";

    /// <summary>Addresses of the name servers, host:port.</summary>
    [NoEffect(NoClient)]
    public List<string> NamesrvAddrs { get; set; } = [];

    /// <summary>First part of the producer group's name.</summary>
    [NoEffect(NoClient)]
    public string GroupPrefix { get; set; } = "carrera_rocketmq_producer_";

    /// <summary>Milliseconds a warm-up send may take.</summary>
    [NoEffect(NoClient)]
    [Limits(0)]
    public int SendMsgTimeout { get; set; } = 3000;

    /// <summary>Bodies above this size, in bytes, are compressed.</summary>
    [NoEffect(NoClient)]
    [Limits(1)]
    public int CompressMsgBodyOverHowmuch { get; set; } = 4096;

    /// <summary>Retries of the client itself, forced to 0 by the original.</summary>
    [NoEffect(NoClient)]
    [Limits(0)]
    public int RetryTimesWhenSendFailed { get; set; } = 1;

    /// <summary>Whether a weakly stored message is sent to another broker as well.</summary>
    [NoEffect(NoClient)]
    public bool RetryAnotherBrokerWhenNotStoreOK { get; set; }

    /// <summary>Largest body in bytes.</summary>
    [NoEffect(NoClient)]
    [Limits(1)]
    public int MaxMessageSize { get; set; } = 2097152;

    /// <summary>Threads for callbacks.</summary>
    [NoEffect(NoClient)]
    [Limits(1)]
    public int ClientCallbackExecutorThreads { get; set; } = 4;

    /// <summary>Milliseconds between route updates.</summary>
    [NoEffect(NoClient)]
    [Limits(1)]
    public int PollNameServerInterval { get; set; } = 2000;

    /// <summary>Milliseconds between heartbeats.</summary>
    [NoEffect(NoClient)]
    [Limits(1)]
    public int HeartbeatBrokerInterval { get; set; } = 10000;

    /// <summary>Milliseconds between writes of consumer offsets.</summary>
    [NoEffect(NoClient)]
    [Limits(1)]
    public int PersistConsumerOffsetInterval { get; set; } = 5000;
}
