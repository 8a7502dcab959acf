namespace Ddmq.Core.Spooling;

/// <summary>How long to wait between attempts to deliver: the configured milliseconds one after another, then the last one again and again.</summary>
public static class RetryDelays
{
    /// <summary>In force where nothing is configured, in ms: what the original's console writes.</summary>
    public static IReadOnlyList<int> Default { get; } = [200, 500, 1000, 5000, 10_000];

    /// <summary>The wait after that many failures in a row, from 1. Values below 1 ms count as 1.</summary>
    public static TimeSpan After(int failures, IReadOnlyList<int> configured)
    {
        IReadOnlyList<int> delays = configured.Count > 0 ? configured : Default;
        return TimeSpan.FromMilliseconds(Math.Max(1, delays[Math.Clamp(failures - 1, 0, delays.Count - 1)]));
    }
}
