namespace Ddmq.Core.Storage;

/// <summary>
/// How fast somebody answers who has several requests under way at a time, such as a broker, and which of those that wait for a place he will
/// therefore not come to in time. Measured only while others wait: else it would say how much was asked for.
/// <code>
/// idle ──answers, and others still wait──► measuring ──a round of answers──► measured, and at once measuring again
///   ▲                                          │
///   └──────────── nobody waits ◄───────────────┘
/// </code>
/// Not thread-safe: the line's own, under its lock.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class AnswerPace(TimeProvider time)
{
    // Fewer answers than that come together by chance.
    private const int LeastMeasured = 16;

    // A line of less than that part of what is under way is short: it adds little to the time that the answer takes anyway.
    private const int ShortPart = 8;

    private const long NotMeasuring = long.MinValue;

    // Whoever was slow then may be quick now; who still is, is measured again by the first that wait.
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(10);

    private readonly QueuePace _pace = new(time);
    private long _started = NotMeasuring;
    private long _measured = NotMeasuring;
    private long _answered;

    /// <summary>Whether a message would wait too long for its place. Never when the line is short, or nothing has been measured lately.</summary>
    /// <param name="waiting">How many wait before it.</param>
    /// <param name="underWay">How many are under way while others wait.</param>
    /// <param name="deadline">Its deadline, a timestamp of the clock; <see cref="long.MaxValue"/> for none.</param>
    public bool IsHopeless(int waiting, int underWay, long deadline) =>
        (long)waiting * ShortPart >= underWay
        && waiting > 0
        && _measured != NotMeasuring
        && time.GetElapsedTime(_measured) <= Memory
        && _pace.IsHopeless(waiting, underWay, deadline);

    /// <summary>Requests have been answered, and their places are free for those who wait.</summary>
    /// <param name="count">How many since the last time.</param>
    /// <param name="underWay">How many were under way, those included.</param>
    public void Answered(int count, int underWay)
    {
        long now = time.GetTimestamp();
        if (_started == NotMeasuring)
        {
            _started = now;
            _answered = 0;
            return;
        }

        _answered += count;
        if (_answered >= Math.Max(LeastMeasured, underWay) && now > _started)
        {
            _pace.Measured(_answered, _started);
            _measured = _started = now;
            _answered = 0;
        }
    }

    /// <summary>Nobody waits any more, or the answers that come say nothing about the pace.</summary>
    public void RanDry() => _started = NotMeasuring;
}
