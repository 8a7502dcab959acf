namespace Ddmq.Config;

/// <summary>An orderly end.</summary>
internal sealed class StopOptions
{
    /// <summary>Milliseconds that requests in flight get to be answered after a stop was asked for.</summary>
    [Limits(0, 600000)]
    public int DrainTimeoutMs { get; set; } = 10000;
}
