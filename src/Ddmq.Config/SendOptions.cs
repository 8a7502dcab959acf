namespace Ddmq.Config;

/// <summary>A message's way to its store: deadlines, what may be under way, retries and duplicates.</summary>
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

    /// <summary>Attempts for one message, the first included; 1 for no retries.</summary>
    [Limits(1, 10)]
    public int MaxAttempts { get; set; } = 3;

    /// <summary>Retries on a cluster, in percent of the messages sent to it; a few per second are allowed besides. 0 for no retries.</summary>
    [Limits(0, 100)]
    public int RetryBudgetPercent { get; set; } = 20;

    /// <summary>Messages remembered for topics with a duplicateWindowMs, all together; over it the oldest are forgotten.</summary>
    [Limits(1, 10000000)]
    public int DuplicateWindowEntries { get; set; } = 200000;
}
