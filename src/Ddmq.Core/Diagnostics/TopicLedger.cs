using Ddmq.Core.Diagnostics.Latencies;
using Ddmq.Core.Messages;
using Ddmq.Core.Retrying;

namespace Ddmq.Core.Diagnostics;

/// <summary>
/// What became of one topic's messages. <c>Received = Stored + Spooled + Refused + Failed + InFlight</c>; the terms are counted
/// separately, so that the equation can be wrong. <see cref="Read"/> takes all of them at one moment.
/// Thread-safe, one interlocked add per event.
/// </summary>
/// <param name="topic">The value of the metrics' <c>topic</c> label.</param>
public sealed class TopicLedger(string topic)
{
    // Beyond that the writers never pause for the few loads of a look: rather a look that is one message off than none.
    private const int Looks = 1000;

    private const int StoredValues = (int)Stored.Spooled + 1;

    private static readonly (int Index, MessageOutcome Outcome)[] Outcomes =
    [
        .. from status in SendStatuses.All
           from stored in Enum.GetValues<Stored>()
           select (Index(status, stored), MessageOutcomes.Of(status, stored)),
    ];

    // By status and by what is known of the message's whereabouts, so that one add counts both.
    private readonly long[] _left = new long[(SendStatuses.MaxCode + 1) * StoredValues];
    private long _received;
    private long _receivedBytes;
    private long _inFlight;
    private long _lateStored;
    private long _lateFailed;
    private LatencyWindows? _latency;

    /// <summary>The topic counted here.</summary>
    public string Topic { get; } = topic;

    /// <summary>What messages sent more than once came to.</summary>
    public RetryCounters Retries { get; } = new();

    /// <summary>Messages taken from clients.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Bytes of their bodies.</summary>
    public long ReceivedBytes => Volatile.Read(ref _receivedBytes);

    /// <summary>Messages not yet answered.</summary>
    public long InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Messages answered with 12 whose store said afterwards that they are stored.</summary>
    public long LateStored => Volatile.Read(ref _lateStored);

    /// <summary>Messages answered with 12 whose store said afterwards that they failed.</summary>
    public long LateFailed => Volatile.Read(ref _lateFailed);

    /// <summary>Messages answered with that code.</summary>
    public long Answered(SendStatus status)
    {
        long sum = 0;
        for (int stored = 0; stored < StoredValues; stored++)
        {
            sum += Volatile.Read(ref _left[Index(status, (Stored)stored)]);
        }

        return sum;
    }

    /// <summary>
    /// All terms of the equation at one moment: no message entered or left while they were read. It holds in what is returned unless it
    /// does not hold in truth (or more messages pass than this thread can look between, for a thousand looks).
    /// </summary>
    public LedgerReading Read()
    {
        LedgerReading reading = Look(out bool isStill);
        var pause = new SpinWait();
        for (int look = 1; look < Looks && !(isStill && reading.IsBalanced); look++)
        {
            // Somebody is between the two counters of a step: a few instructions, or until he gets the processor back.
            pause.SpinOnce(sleep1Threshold: -1);
            reading = Look(out isStill);
        }

        return reading;
    }

    /// <summary>How long messages took from received to answered, refused ones not counted; null when there were none.</summary>
    public LatencyWindows? Latency => Volatile.Read(ref _latency);

    internal void Enter(int bodyLength)
    {
        Interlocked.Increment(ref _inFlight);
        Interlocked.Increment(ref _received);
        Interlocked.Add(ref _receivedBytes, bodyLength);
    }

    internal void Leave(SendResult result)
    {
        Interlocked.Increment(ref _left[Index(result.Status, result.Stored)]);
        Interlocked.Decrement(ref _inFlight);
    }

    /// <summary>Counts how long a message took. The first one allocates: a proxy may serve many topics of which few are used.</summary>
    internal void RecordLatency(long microseconds, long window)
    {
        LatencyWindows latency = _latency ?? Interlocked.CompareExchange(ref _latency, new LatencyWindows(), null) ?? _latency!;
        latency.Record(microseconds, window);
    }

    /// <summary>Takes over what another ledger has counted; nobody may count on that one any more.</summary>
    internal void Absorb(TopicLedger other)
    {
        Interlocked.Add(ref _inFlight, other.InFlight);
        Interlocked.Add(ref _received, other.Received);
        Interlocked.Add(ref _receivedBytes, other.ReceivedBytes);
        Interlocked.Add(ref _lateStored, other.LateStored);
        Interlocked.Add(ref _lateFailed, other.LateFailed);
        Retries.Absorb(other.Retries);
        if (other.Latency is { } latency)
        {
            Interlocked.CompareExchange(ref _latency, new LatencyWindows(), null);
            _latency.Absorb(latency);
        }

        for (int i = 0; i < _left.Length; i++)
        {
            Interlocked.Add(ref _left[i], Volatile.Read(ref other._left[i]));
        }
    }

    internal void Late(SendResult outcome) =>
        Interlocked.Increment(ref outcome.Stored is Stored.Yes or Stored.Spooled ? ref _lateStored : ref _lateFailed);

    private static int Index(SendStatus status, Stored stored) => ((int)status * StoredValues) + (int)stored;

    // A step's first counter is InFlight when a message enters, and the outcome's when it leaves; so a message between the two is seen as
    // one too many, and never as one too few.
    private LedgerReading Look(out bool isStill)
    {
        LedgerReading first = ReadOnce();
        isStill = ReadOnce() == first;
        return first;
    }

    private LedgerReading ReadOnce()
    {
        long received = Received;
        Span<long> sums = stackalloc long[4];
        foreach ((int index, MessageOutcome outcome) in Outcomes)
        {
            sums[(int)outcome] += Volatile.Read(ref _left[index]);
        }

        return new LedgerReading(
            received, sums[(int)MessageOutcome.Stored], sums[(int)MessageOutcome.Spooled], sums[(int)MessageOutcome.Refused],
            sums[(int)MessageOutcome.Failed], InFlight);
    }
}
