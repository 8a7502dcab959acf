namespace Ddmq.Cli.Bench;

/// <summary>
/// When the requests of one thread are due. The n-th time is computed from n, so that rounding does not add up and a
/// late request does not push back those behind it. Not thread-safe.
/// </summary>
internal sealed class OpenLoopSchedule
{
    private const double NanosPerSecond = 1e9;

    private readonly double _first;
    private readonly double _period;
    private long _index;

    /// <param name="begin">When the first thread's first request is due, in ns.</param>
    /// <param name="requestsPerSecond">Of all threads together.</param>
    /// <param name="thread">This thread's number; threads take turns.</param>
    /// <param name="threads">The number of threads.</param>
    public OpenLoopSchedule(long begin, double requestsPerSecond, int thread, int threads)
    {
        _period = NanosPerSecond / requestsPerSecond * threads;
        _first = begin + (NanosPerSecond / requestsPerSecond * thread);
        Due = (long)_first;
    }

    /// <summary>When the next request is due, in ns.</summary>
    public long Due { get; private set; }

    /// <summary>Goes on to the request behind it.</summary>
    public void Advance() => Due = (long)(_first + (++_index * _period));
}
