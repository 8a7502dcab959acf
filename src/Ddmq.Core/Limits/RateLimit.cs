namespace Ddmq.Core.Limits;

/// <summary>
/// A limit per second, in two parts as the original has them: the normal one, and the last share of it, which is admitted with a warning.
/// What has gathered, and what is owed, outlives a change of the rate. Thread-safe; never blocks. Allocates only for a text that it has not
/// given lately.
/// </summary>
public sealed class RateLimit
{
    // Beyond that a message has less than 20 ns, which is no limit for anybody.
    private const double MostMessages = 50_000_000;

    // A limit that refuses is asked again and again, and says another wait each millisecond, from the time of one message down to 1. So many are kept.
    private const int KeptTexts = 16;

    private readonly string _owner;
    private readonly PermitBucket _normal;
    private readonly PermitBucket _warning;
    private RefusalText?[]? _texts;
    private long _admitted;
    private long _warned;
    private long _refused;
    private long _delayed;

    internal RateLimit(LimitKind kind, string owner, long nowNs)
    {
        Kind = kind;
        _owner = owner;
        _normal = new PermitBucket(nowNs);
        _warning = new PermitBucket(nowNs);
    }

    /// <summary>What it counts.</summary>
    public LimitKind Kind { get; }

    /// <summary>Messages or bytes per second in force; infinity for no limit.</summary>
    public double PerSecond { get; private set; } = double.PositiveInfinity;

    /// <summary>Messages or bytes admitted, while the limiter was on.</summary>
    public long Admitted => Volatile.Read(ref _admitted);

    /// <summary>Messages admitted by the warning part.</summary>
    public long Warned => Volatile.Read(ref _warned);

    /// <summary>Messages refused because of this limit.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Messages that this limit has sent into the queue for a second try.</summary>
    public long Delayed => Volatile.Read(ref _delayed);

    /// <summary>Whether it can refuse anything.</summary>
    internal bool IsFinite => !double.IsPositiveInfinity(PerSecond);

    /// <summary>Changes the limit.</summary>
    /// <param name="perSecond">Messages or bytes per second; 0 admits none, infinity all.</param>
    /// <param name="warningRatio">The share, above 0 and up to 1, that is admitted without a warning.</param>
    /// <param name="nowNs">The time now.</param>
    internal void Set(double perSecond, double warningRatio, long nowNs)
    {
        PerSecond = perSecond;
        double inForce = Kind == LimitKind.Messages && perSecond >= MostMessages ? double.PositiveInfinity : perSecond;
        _normal.SetRate(inForce * warningRatio, nowNs);
        _warning.SetRate(double.IsInfinity(inForce) ? 0 : inForce * (1 - warningRatio), nowNs);
    }

    /// <summary>Takes permits if nothing is owed.</summary>
    internal Permit TryTake(long count, long nowNs) =>
        _normal.TryTake(count, nowNs, out long cost) ? new Permit(PermitPart.Normal, cost)
        : _warning.TryTake(count, nowNs, out cost) ? new Permit(PermitPart.Warning, cost)
        : default;

    /// <summary>Gives back what was taken and not used.</summary>
    internal void Return(Permit permit) => (permit.Part == PermitPart.Normal ? _normal : _warning).Return(permit.CostNs);

    internal void CountAdmitted(long count) => Interlocked.Add(ref _admitted, count);

    internal void CountWarned(int messages) => Interlocked.Add(ref _warned, messages);

    internal void CountRefused(int messages) => Interlocked.Add(ref _refused, messages);

    internal void CountDelayed(int messages) => Interlocked.Add(ref _delayed, messages);

    /// <summary>How long until there is a permit, in ms, at least 1; -1 for never.</summary>
    internal long WaitMs(long nowNs)
    {
        long normal = _normal.WaitNs(nowNs);
        long warning = _warning.WaitNs(nowNs);
        long wait = normal < 0 ? warning : warning < 0 ? normal : Math.Min(normal, warning);
        return wait < 0 ? -1 : 1 + (wait / 1_000_000);
    }

    /// <summary>Which limit, its value, and when to try again. The same string for what was asked lately.</summary>
    internal string Describe(long waitMs)
    {
        RefusalText?[] texts = Volatile.Read(ref _texts) ?? Interlocked.CompareExchange(ref _texts, new RefusalText?[KeptTexts], null) ?? _texts;
        ref RefusalText? kept = ref texts[(int)(waitMs & (KeptTexts - 1))];
        RefusalText? text = Volatile.Read(ref kept);
        if (text is null || text.WaitMs != waitMs || text.PerSecond != PerSecond)
        {
            double perSecond = PerSecond;
            string limit = $"limit of {_owner}: {perSecond:0.###} {(Kind == LimitKind.Messages ? "messages" : "bytes")} per second";
            text = new RefusalText(perSecond, waitMs, waitMs < 0 ? limit : $"{limit}, try again in {waitMs} ms");
            Volatile.Write(ref kept, text);
        }

        return text.Text;
    }

    private sealed record RefusalText(double PerSecond, long WaitMs, string Text);
}
