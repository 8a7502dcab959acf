namespace Ddmq.Core.Limits;

/// <summary>
/// A limit in messages per second, in two parts as the original has them: the normal one, and the last share of it, which is admitted with
/// a warning. What has gathered outlives a change of the rate. Thread-safe; never blocks, never allocates.
/// </summary>
public sealed class MessageLimit
{
    private readonly TimeProvider _time;
    private readonly PermitBucket _normal;
    private readonly PermitBucket _warning;
    private long _warned;

    /// <param name="time">The clock.</param>
    public MessageLimit(TimeProvider time)
    {
        _time = time;
        long now = NowNs();
        _normal = new PermitBucket(now);
        _warning = new PermitBucket(now);
    }

    /// <summary>Messages per second in force.</summary>
    public double PerSecond { get; private set; }

    /// <summary>Messages admitted by the warning part so far.</summary>
    public long Warned => Volatile.Read(ref _warned);

    /// <summary>Changes the limit.</summary>
    /// <param name="perSecond">Messages per second; 0 admits none.</param>
    /// <param name="warningRatio">The share, above 0 and up to 1, that is admitted without a warning.</param>
    public void Set(double perSecond, double warningRatio)
    {
        PerSecond = perSecond;
        _normal.SetRate(perSecond * warningRatio);
        _warning.SetRate(perSecond * (1 - warningRatio));
    }

    /// <summary>Takes a permit for one message if there is one.</summary>
    internal Permit TryTake()
    {
        long now = NowNs();
        if (_normal.TryTake(now))
        {
            return Permit.Normal;
        }

        if (!_warning.TryTake(now))
        {
            return Permit.None;
        }

        Interlocked.Increment(ref _warned);
        return Permit.Warning;
    }

    /// <summary>Gives back what was taken and not used.</summary>
    internal void Return(Permit permit)
    {
        switch (permit)
        {
            case Permit.Normal:
                _normal.Return();
                break;
            case Permit.Warning:
                _warning.Return();
                Interlocked.Decrement(ref _warned);
                break;
        }
    }

    /// <summary>How long until there is a permit, in ms, at least 1; -1 for never.</summary>
    internal long WaitMs()
    {
        long now = NowNs();
        long normal = _normal.WaitNs(now);
        long warning = _warning.WaitNs(now);
        long wait = normal < 0 ? warning : warning < 0 ? normal : Math.Min(normal, warning);
        return wait < 0 ? -1 : 1 + (wait / 1_000_000);
    }

    private long NowNs() => (long)(_time.GetTimestamp() * (1e9 / _time.TimestampFrequency));
}
