namespace Ddmq.Cli.Bench;

/// <summary>
/// The books of one worker. <c>Begun = Completed + InFlight + Unanswered</c>. Written by the worker's thread; the
/// counters of the first group may be read by any thread, the rest once the worker has ended.
/// </summary>
/// <param name="window">What is recorded.</param>
/// <param name="isOpenLoop">Whether latency counts from when a request was due.</param>
internal sealed class LoadTally(LoadWindow window, bool isOpenLoop)
{
    private long _completed;
    private long _inFlight;
    private long _errors;

    /// <summary>Requests answered so far.</summary>
    public long Completed => Volatile.Read(ref _completed);

    /// <summary>Requests in flight.</summary>
    public long InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Requests answered with another code than 0, or lost, so far.</summary>
    public long Errors => Volatile.Read(ref _errors);

    /// <summary>Durations recorded.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Replies recorded.</summary>
    public ReplyCounts Replies { get; } = new();

    /// <summary>Requests answered within the window.</summary>
    public long RequestsInWindow { get; private set; }

    /// <summary>Connections lost.</summary>
    public int LostConnections { get; private set; }

    /// <summary>Why the first of them was lost.</summary>
    public string? FirstLoss { get; private set; }

    /// <summary>Requests whose reply never came.</summary>
    public long Unanswered { get; private set; }

    /// <summary>Requests due and never sent.</summary>
    public long Unsent { get; private set; }

    /// <summary>A request has begun.</summary>
    public void Begun() => Volatile.Write(ref _inFlight, _inFlight + 1);

    /// <summary>A request has been answered.</summary>
    public void Answered(long begun, long now, int code, ReadOnlySpan<byte> text)
    {
        Volatile.Write(ref _inFlight, _inFlight - 1);
        Volatile.Write(ref _completed, _completed + 1);
        if (code != 0)
        {
            Volatile.Write(ref _errors, _errors + 1);
        }

        bool endsInWindow = window.Contains(now);
        if (endsInWindow)
        {
            RequestsInWindow++;
        }

        // A closed loop is judged by what came back in time, an open loop by what it had promised to send in time.
        if (isOpenLoop ? window.Contains(begun) : endsInWindow)
        {
            Latency.Record(now - begun);
            Replies.Count(code, text);
        }
    }

    /// <summary>A request in flight will not be answered any more.</summary>
    public void GivenUp(long begun, long now)
    {
        Volatile.Write(ref _inFlight, _inFlight - 1);
        Volatile.Write(ref _errors, _errors + 1);
        Unanswered++;
        if (now >= window.Start)
        {
            Latency.Record(now - begun);
        }
    }

    /// <summary>A request was due and could not be sent.</summary>
    public void NotSent(long due, long now)
    {
        if (window.Contains(due))
        {
            Unsent++;
            Latency.Record(now - due);
        }
    }

    /// <summary>A connection was lost.</summary>
    public void Lost(string reason)
    {
        LostConnections++;
        FirstLoss ??= reason;
    }

    /// <summary>Adds what another worker, which has ended, has recorded.</summary>
    public void Add(LoadTally other)
    {
        Volatile.Write(ref _completed, _completed + other._completed);
        Volatile.Write(ref _inFlight, _inFlight + other._inFlight);
        Volatile.Write(ref _errors, _errors + other._errors);
        Latency.Add(other.Latency);
        Replies.Add(other.Replies);
        RequestsInWindow += other.RequestsInWindow;
        LostConnections += other.LostConnections;
        FirstLoss ??= other.FirstLoss;
        Unanswered += other.Unanswered;
        Unsent += other.Unsent;
    }
}
