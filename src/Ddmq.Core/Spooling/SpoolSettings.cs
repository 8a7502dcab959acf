namespace Ddmq.Core.Spooling;

/// <summary>What bounds the spool. Immutable.</summary>
public sealed record SpoolSettings
{
    /// <summary>Bytes of all entries.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>Bytes of one topic's entries; 0 for no limit but <see cref="MaxBytes"/>.</summary>
    public long MaxBytesPerTopic { get; init; }

    /// <summary>How long an entry is kept.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromHours(72);

    /// <summary>How long an answer waits for the spool's disk beyond the client's timeout. SDKs wait at least 50 ms longer than the timeout they ask for.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromMilliseconds(40);

    /// <summary>Messages that may be on their way from the spool to one cluster.</summary>
    public int MaxInFlight { get; init; } = 64;

    /// <summary>How long one attempt to deliver may take.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
