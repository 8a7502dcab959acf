namespace Ddmq.Config;

/// <summary>A message's way to its store: deadlines, and what may be under way.</summary>
internal sealed class SendOptions
{
    /// <summary>Milliseconds a sendAsync call may take until its answer.</summary>
    [Limits(1, 600000)]
    public int AsyncTimeoutMs { get; set; } = 10000;

    /// <summary>Milliseconds a sendBatchSync call may take until its answer.</summary>
    [Limits(1, 600000)]
    public int BatchTimeoutMs { get; set; } = 5000;

    /// <summary>Milliseconds to which a longer timeout asked for by a client is cut.</summary>
    [Limits(1, 3600000)]
    public int MaxTimeoutMs { get; set; } = 600000;

    /// <summary>Bytes of one topic's messages that may be on their way to its store; beyond it messages are refused with code 15. 0 for a quarter of ddmq.thrift.maxBytesInFlight.</summary>
    [Limits(0)]
    public long MaxBytesInFlightPerTopic { get; set; }
}
