namespace Ddmq.Core.Limits;

/// <summary>
/// Permits at a steady rate, of which one second's worth gathers while nobody takes any: Guava's smooth bursty limiter, which the original
/// uses. Whoever comes while nothing is owed is given as many as he asks for, and those after him wait until that is paid for: so nothing is
/// too large for ever, and the rate holds all the same. A new one holds none, and admits one request at once. One number says everything:
/// the time at which the permits taken so far will have been paid for; it is moved by compare-and-swap. Thread-safe; never blocks, never
/// allocates.
/// </summary>
internal sealed class PermitBucket
{
    private const long SecondNs = 1_000_000_000;

    // Paid for until this time; one second later than now means: nothing stored, nothing owed.
    private long _paidUntil;
    private double _permitNs = double.PositiveInfinity;

    /// <param name="nowNs">The time now, in ns of any clock that only goes forward.</param>
    public PermitBucket(long nowNs) => _paidUntil = nowNs + SecondNs;

    /// <summary>
    /// Sets the permits per second: 0 or less for none, infinity for no limit. What has gathered stays the same share of the most there can
    /// be. What is owed stays the same time, except that it is paid sooner at a higher rate. One thread at a time.
    /// </summary>
    public void SetRate(double perSecond, long nowNs)
    {
        double before = Volatile.Read(ref _permitNs);
        double after = perSecond <= 0 ? double.PositiveInfinity : SecondNs / perSecond;
        if (after == before)
        {
            return;
        }

        Volatile.Write(ref _permitNs, after);
        if (after > before || double.IsInfinity(before))
        {
            return;
        }

        long paidUntil = Volatile.Read(ref _paidUntil);
        long owed = paidUntil - SecondNs - nowNs;
        if (owed > 0)
        {
            Interlocked.Add(ref _paidUntil, (long)(owed * (after / before)) - owed);
        }
    }

    /// <summary>Takes permits when nothing is owed.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="nowNs">The time now; may lie a little behind what others have given.</param>
    /// <param name="costNs">What was charged, for <see cref="Return"/>.</param>
    public bool TryTake(long count, long nowNs, out long costNs)
    {
        double permitNs = Volatile.Read(ref _permitNs);
        costNs = 0;
        if (permitNs == 0)
        {
            return true;
        }

        if (double.IsInfinity(permitNs))
        {
            return false;
        }

        // At least 1 ns, and so large a count that its time has no end is paid for in some years.
        long cost = (long)Math.Clamp(Math.Round(count * permitNs), 1, long.MaxValue / 16);
        while (true)
        {
            long before = Volatile.Read(ref _paidUntil);
            long from = Math.Max(before, nowNs);
            if (from - nowNs > SecondNs)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _paidUntil, from + cost, before) == before)
            {
                costNs = cost;
                return true;
            }
        }
    }

    /// <summary>Gives back what was taken and not used.</summary>
    public void Return(long costNs)
    {
        if (costNs > 0)
        {
            Interlocked.Add(ref _paidUntil, -costNs);
        }
    }

    /// <summary>How long until there is a permit, in ns; 0 for now, -1 for never.</summary>
    public long WaitNs(long nowNs) =>
        double.IsInfinity(Volatile.Read(ref _permitNs)) ? -1 : Math.Max(0, Volatile.Read(ref _paidUntil) - SecondNs - nowNs);
}
