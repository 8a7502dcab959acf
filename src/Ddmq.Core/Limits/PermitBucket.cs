namespace Ddmq.Core.Limits;

/// <summary>
/// Permits at a steady rate, of which one second's worth gathers while nobody takes any: Guava's smooth bursty limiter, which the original
/// uses. A new one holds none, and admits one request at once. One number says everything: the time at which the permits taken so far
/// will have been paid for; it is moved by compare-and-swap. Thread-safe; never blocks, never allocates.
/// </summary>
internal sealed class PermitBucket
{
    private const long SecondNs = 1_000_000_000;

    // Beyond that a permit is a few nanoseconds, which is no limit for anybody.
    private const double Unlimited = 50_000_000;

    // Paid for until this time; one second later than now means: nothing stored.
    private long _paidUntil;
    private long _permitNs;

    /// <param name="nowNs">The time now, in ns of any clock that only goes forward.</param>
    public PermitBucket(long nowNs) => _paidUntil = nowNs + SecondNs;

    /// <summary>Sets the permits per second; what has gathered stays the same share of the most there can be. 0 or less: none.</summary>
    public void SetRate(double perSecond) => Volatile.Write(
        ref _permitNs, perSecond >= Unlimited ? 0 : perSecond <= 0 ? long.MaxValue : (long)Math.Round(SecondNs / perSecond));

    /// <summary>Takes one permit if there is one.</summary>
    public bool TryTake(long nowNs)
    {
        long permit = Volatile.Read(ref _permitNs);
        if (permit is 0 or long.MaxValue)
        {
            return permit == 0;
        }

        while (true)
        {
            long before = Volatile.Read(ref _paidUntil);
            long from = Math.Max(before, nowNs);
            if (from - nowNs > SecondNs)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _paidUntil, from + permit, before) == before)
            {
                return true;
            }
        }
    }

    /// <summary>Gives a permit back that was taken and not used.</summary>
    public void Return()
    {
        long permit = Volatile.Read(ref _permitNs);
        if (permit is not (0 or long.MaxValue))
        {
            Interlocked.Add(ref _paidUntil, -permit);
        }
    }

    /// <summary>How long until there is a permit, in ns; 0 for now, -1 for never.</summary>
    public long WaitNs(long nowNs) => Volatile.Read(ref _permitNs) == long.MaxValue ? -1 : Math.Max(0, Volatile.Read(ref _paidUntil) - SecondNs - nowNs);
}
