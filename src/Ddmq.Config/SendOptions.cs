namespace Ddmq.Config;

/// <summary>Deadlines of requests.</summary>
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
}
