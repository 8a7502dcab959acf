namespace Ddmq.Core.Limits;

/// <summary>Lets one log line through per second and counts what it stands for. Thread-safe.</summary>
/// <param name="owner">Whose limits, for the line.</param>
internal sealed class LimitReport(string owner)
{
    private const long SecondNs = 1_000_000_000;

    private long _nextNs = long.MinValue;
    private long _warned;
    private long _refused;

    /// <summary>Whose limits.</summary>
    public string Owner { get; } = owner;

    /// <summary>Counts messages that were over; true when a line is due, which then stands for the messages given.</summary>
    public bool Add(int warned, int refused, long nowNs, out long allWarned, out long allRefused)
    {
        Interlocked.Add(ref _warned, warned);
        Interlocked.Add(ref _refused, refused);
        allWarned = 0;
        allRefused = 0;
        long next = Volatile.Read(ref _nextNs);
        if (nowNs < next || Interlocked.CompareExchange(ref _nextNs, nowNs + SecondNs, next) != next)
        {
            return false;
        }

        allWarned = Interlocked.Exchange(ref _warned, 0);
        allRefused = Interlocked.Exchange(ref _refused, 0);
        return true;
    }
}
