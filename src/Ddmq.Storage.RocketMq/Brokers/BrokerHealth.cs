namespace Ddmq.Storage.RocketMq.Brokers;

/// <summary>
/// Whether random messages should keep away from a broker.
/// <code>
/// good ──failures, or much slower than the best of its peers──► grey ──pause over: one probe──► good when it is served in time
///                                                                ▲                              │
///                                                                └──────── twice the pause ─────┘ when not
/// </code>
/// Latency is an average that forgets, also while nothing is measured. Thread-safe; races cost a probe too many, nothing else.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class BrokerHealth(TimeProvider time)
{
    private const int FailuresToGrey = 3;
    private const double NewShare = 0.1;
    private const double IdleDecay = 0.8;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    // Below that nobody is slow, however fast the others are.
    private static readonly TimeSpan NeverSlow = TimeSpan.FromMilliseconds(20);
    private const double SlowerThanBest = 4;

    private readonly long _neverSlow = (long)(NeverSlow.TotalSeconds * time.TimestampFrequency);
    private double _latency;
    private int _failures;
    private int _samples;
    private long _pause;
    private long _greyUntil;
    private volatile bool _isGrey;

    /// <summary>Whether random messages keep away at the moment.</summary>
    public bool IsGrey => _isGrey;

    /// <summary>Average time to an answer; zero when nothing is known.</summary>
    public TimeSpan Latency => TimeSpan.FromSeconds(Volatile.Read(ref _latency) / time.TimestampFrequency);

    /// <summary>Asked before a random message is sent there. Once after each pause a grey broker gets a message as a probe.</summary>
    public bool MustAvoid()
    {
        if (!_isGrey)
        {
            return false;
        }

        long now = time.GetTimestamp();
        long until = Volatile.Read(ref _greyUntil);
        return now < until || Interlocked.CompareExchange(ref _greyUntil, now + Pause(), until) != until;
    }

    /// <summary>A request was served.</summary>
    public void Served(long elapsedTicks)
    {
        double latency = _latency;
        Volatile.Write(ref _latency, latency == 0 ? elapsedTicks : latency + (NewShare * (elapsedTicks - latency)));
        _samples++;
        _failures = 0;
        if (_isGrey && elapsedTicks < _neverSlow)
        {
            // A good probe: what was measured before is the past.
            Volatile.Write(ref _latency, elapsedTicks);
            _pause = 0;
            _isGrey = false;
        }
    }

    /// <summary>A request was refused for the broker's state, or the broker could not be reached, or did not answer.</summary>
    public void Failed(bool isCertain)
    {
        if (_isGrey)
        {
            _pause = Math.Min(2 * Pause(), Ticks(LongestPause));
            Volatile.Write(ref _greyUntil, time.GetTimestamp() + _pause);
        }
        else if (isCertain || ++_failures >= FailuresToGrey)
        {
            Enter();
        }
    }

    /// <summary>Compares with the fastest of the peers; called a few times a second.</summary>
    /// <param name="bestLatencyTicks">The lowest average among the brokers of the cluster; 0 when not known.</param>
    public void Compare(double bestLatencyTicks)
    {
        if (Interlocked.Exchange(ref _samples, 0) == 0)
        {
            Volatile.Write(ref _latency, _latency * IdleDecay);
            return;
        }

        if (!_isGrey && bestLatencyTicks > 0 && _latency > _neverSlow && _latency > SlowerThanBest * bestLatencyTicks)
        {
            Enter();
        }
    }

    /// <summary>The average in ticks, for <see cref="Compare"/>.</summary>
    public double LatencyTicks => Volatile.Read(ref _latency);

    private void Enter()
    {
        _failures = 0;
        _pause = Ticks(FirstPause);
        Volatile.Write(ref _greyUntil, time.GetTimestamp() + _pause);
        _isGrey = true;
    }

    private long Pause() => _pause == 0 ? Ticks(FirstPause) : _pause;

    private long Ticks(TimeSpan duration) => (long)(duration.TotalSeconds * time.TimestampFrequency);
}
