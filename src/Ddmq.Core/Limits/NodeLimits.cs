namespace Ddmq.Core.Limits;

/// <summary>How a proxy limits what it takes. Immutable.</summary>
public sealed record NodeLimits
{
    /// <summary>No limits.</summary>
    public static NodeLimits Off { get; } = new();

    /// <summary>Whether messages are limited, by topic and over all.</summary>
    public bool IsOn { get; init; }

    /// <summary>Messages per second over all topics.</summary>
    public int MaxTps { get; init; } = int.MaxValue;

    /// <summary>Bytes of bodies per second over all topics; 0 for no limit.</summary>
    public long MaxBytesPerSecond { get; init; }

    /// <summary>The share of each limit, above 0 and up to 1, from which on it warns.</summary>
    public double WarningRatio { get; init; } = 0.9;

    /// <summary>Calls over a limit that may wait for their second try; 0 for none.</summary>
    public int MaxWaiting { get; init; } = 1024;
}
