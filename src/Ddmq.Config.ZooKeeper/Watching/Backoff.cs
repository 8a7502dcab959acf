namespace Ddmq.Config.ZooKeeper.Watching;

/// <summary>
/// Growing waits between attempts: each is drawn from the upper half of a span that doubles from <paramref name="first"/> to
/// <paramref name="longest"/>, so that many proxies do not come back at the same moment. Not thread-safe.
/// </summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest, Random random)
{
    // Null for the first.
    private TimeSpan? _span;

    /// <summary>How long to wait before the next attempt.</summary>
    public TimeSpan Next()
    {
        TimeSpan span = _span ?? first;
        _span = span * 2 < longest ? span * 2 : longest;
        return span * (0.5 + (random.NextDouble() / 2));
    }

    /// <summary>After a success.</summary>
    public void Reset() => _span = null;
}
