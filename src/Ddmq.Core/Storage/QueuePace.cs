namespace Ddmq.Core.Storage;

/// <summary>
/// How fast a queue is worked off, and which messages its store will therefore not come to in time. Without that a store that is asked for
/// more than it can take works mostly for those who have been answered already: every message waits as long as the queue is, and that is as
/// long as deadlines let it grow. Thread-safe; one thread at a time measures.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="shareOfTime">
/// A message is taken when the queue takes up to that share of its time, 0 to 1. The rest is for what the estimate misses.
/// </param>
public sealed class QueuePace(TimeProvider time, double shareOfTime = 0.5)
{
    // The weight of the newest measurement.
    private const double Weight = 0.25;

    private double _ticksPerUnit;

    /// <summary>Whether a message would wait too long behind what is queued. Never before anything has been measured.</summary>
    /// <param name="waiting">What waits before it, in the units that are measured.</param>
    /// <param name="underWay">What is handed over together: the last of it is answered that much later than it is handed over.</param>
    /// <param name="deadline">The message's deadline, a timestamp of the clock.</param>
    public bool IsHopeless(long waiting, long underWay, long deadline) => IsHopeless(waiting, underWay, deadline, time.GetTimestamp());

    /// <inheritdoc cref="IsHopeless(long, long, long)"/>
    /// <param name="waiting">What waits before it, in the units that are measured.</param>
    /// <param name="underWay">What is handed over together: the last of it is answered that much later than it is handed over.</param>
    /// <param name="deadline">The message's deadline, a timestamp of the clock.</param>
    /// <param name="now">The time, for who has read the clock.</param>
    public bool IsHopeless(long waiting, long underWay, long deadline, long now)
    {
        double ticks = Volatile.Read(ref _ticksPerUnit);
        return ticks > 0 && waiting * ticks > (deadline - now - (underWay * ticks)) * shareOfTime;
    }

    /// <summary>So much has been worked off, while there was always more to do.</summary>
    /// <param name="units">How much; above 0.</param>
    /// <param name="started">When that began.</param>
    public void Measured(long units, long started)
    {
        double measured = (double)(time.GetTimestamp() - started) / units;
        Volatile.Write(ref _ticksPerUnit, _ticksPerUnit == 0 ? measured : (_ticksPerUnit * (1 - Weight)) + (measured * Weight));
    }

    /// <summary>
    /// So much has been worked off, and there may not have been more to do. So it is at least as fast as that, when it was measured slower before.
    /// </summary>
    /// <param name="units">How much; above 0.</param>
    /// <param name="started">When that began.</param>
    public void AtLeast(long units, long started)
    {
        double measured = (double)(time.GetTimestamp() - started) / units;
        if (measured < _ticksPerUnit)
        {
            Volatile.Write(ref _ticksPerUnit, measured);
        }
    }
}
