namespace Ddmq.Core.Diagnostics.Latencies;

/// <summary>A part of a message's way whose duration is measured.</summary>
public enum SendStage
{
    /// <summary>Waiting for a permit of a limit, for messages that had to.</summary>
    Limiter,

    /// <summary>From the last byte read until a store had the message to answer later, waiting for a permit not counted.</summary>
    Proxy,

    /// <summary>From then until the answer, further attempts included.</summary>
    Store,

    /// <summary>From the last byte read until the answer, for messages that were not refused.</summary>
    Total,
}
