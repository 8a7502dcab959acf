namespace Ddmq.Storage.RocketMq.Brokers;

/// <summary>
/// How many requests may be in flight to a broker. A broker throws away what has waited 200 ms in its queue and answers "busy"; so the limit
/// is halved on such an answer, at most once for what was sent before, and grows again while answers come quickly. Quickly is what takes not
/// much longer than the quickest of late: a broker that is far away has no longer queue than one that is near. A fresh broker, whose JVM is
/// cold, starts low. One thread writes (the connection's), any reads.
/// </summary>
/// <param name="max">The highest it gets; at least <see cref="Min"/>.</param>
/// <param name="ticksPerSecond">Of the clock that measures answers.</param>
internal sealed class InFlightLimit(int max, long ticksPerSecond)
{
    /// <summary>The lowest it gets.</summary>
    public const int Min = 8;

    private const int Start = 64;

    // How many answers the quickest is looked for among, at least; the way to a broker may change.
    private const int Window = 1024;

    // Growing while answers take longer than their way would only lengthen the broker's queue.
    private readonly long _slow = ticksPerSecond / 20;

    // No way is longer: what takes more has waited.
    private readonly long _farthest = ticksPerSecond / 4;
    private long _quickest = long.MaxValue;
    private long _quickestBefore = long.MaxValue;
    private int _answers;
    private double _exact = Math.Min(Start, max);
    private int _current = Math.Min(Start, max);
    private bool _hasBeenBusy;
    private long _halvedAt = long.MinValue / 2;

    /// <summary>Requests that may be in flight.</summary>
    public int Current => Volatile.Read(ref _current);

    /// <summary>A request was served.</summary>
    /// <param name="elapsedTicks">How long that took.</param>
    /// <param name="wasFull">Whether the limit was what kept others waiting.</param>
    public void Served(long elapsedTicks, bool wasFull)
    {
        if (++_answers == Window)
        {
            (_quickestBefore, _quickest, _answers) = (_quickest, long.MaxValue, 0);
        }

        _quickest = Math.Min(_quickest, elapsedTicks);
        if (!wasFull || _exact >= max || elapsedTicks - Math.Min(Math.Min(_quickest, _quickestBefore), _farthest) > _slow)
        {
            return;
        }

        // Until the first busy answer it grows by a quarter for each round of answers, later by one.
        Set(_exact + (_hasBeenBusy ? 1 / _exact : 0.25));
    }

    /// <summary>A request was refused because the broker is busy.</summary>
    /// <param name="now">The time, in ticks.</param>
    /// <param name="elapsedTicks">How long that took: what was sent before the limit was halved says nothing about the half.</param>
    public void Refused(long now, long elapsedTicks)
    {
        if (now - elapsedTicks < _halvedAt)
        {
            return;
        }

        _hasBeenBusy = true;
        _halvedAt = now;
        Set(_exact / 2);
    }

    private void Set(double value)
    {
        _exact = Math.Clamp(value, Min, max);
        Volatile.Write(ref _current, (int)_exact);
    }
}
