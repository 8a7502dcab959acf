namespace Ddmq.Core.Retrying;

/// <summary>How long to wait before an attempt that has nowhere else to go: short, since deadlines are; growing; different for each message.</summary>
internal static class Backoff
{
    private const double FirstMs = 4;
    private const double LongestMs = 100;

    /// <summary>The pause before an attempt.</summary>
    /// <param name="pauses">Pauses the message has made before.</param>
    /// <param name="random">0 to 1; makes half of the pause.</param>
    public static TimeSpan Pause(int pauses, double random) =>
        TimeSpan.FromMilliseconds(Math.Min(LongestMs, FirstMs * Math.Pow(2, pauses)) * (0.5 + (random / 2)));
}
