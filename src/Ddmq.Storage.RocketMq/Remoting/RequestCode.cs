namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>Request codes that a producer uses, and an operator who looks at a cluster. Protocol: RocketMQ's <c>RequestCode</c>.</summary>
internal static class RequestCode
{
    /// <summary>Ask a name server where a topic's queues are.</summary>
    public const int GetRoute = 105;

    /// <summary>Send one message, header with one-letter names.</summary>
    public const int SendMessageV2 = 310;

    /// <summary>Send a batch, header with one-letter names and <c>m</c>=true.</summary>
    public const int SendBatch = 320;

    /// <summary>Keep a producer's connection registered.</summary>
    public const int Heartbeat = 34;

    /// <summary>End of a producer.</summary>
    public const int Unregister = 35;

    /// <summary>Ask a name server which brokers there are.</summary>
    public const int GetClusterInfo = 106;

    /// <summary>Ask a broker for its version, its figures, its settings in force.</summary>
    public const int GetBrokerRuntimeInfo = 28;
}
