using Ddmq.Core.Messages;

namespace Ddmq.Core.Diagnostics;

/// <summary>
/// What became of one topic's messages. At every quiet moment
/// <c>Received = Σ Answered(status) + InFlight</c>; the three are counted separately, so that the equation can be wrong.
/// Thread-safe, one interlocked add per event.
/// </summary>
/// <param name="topic">The value of the metrics' <c>topic</c> label.</param>
public sealed class TopicLedger(string topic)
{
    private readonly long[] _answered = new long[SendStatuses.MaxCode + 1];
    private long _received;
    private long _receivedBytes;
    private long _inFlight;
    private long _lateStored;
    private long _lateFailed;

    /// <summary>The topic counted here.</summary>
    public string Topic { get; } = topic;

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
    public long Answered(SendStatus status) => Volatile.Read(ref _answered[(int)status]);

    internal void Enter(int bodyLength)
    {
        Interlocked.Increment(ref _received);
        Interlocked.Add(ref _receivedBytes, bodyLength);
        Interlocked.Increment(ref _inFlight);
    }

    internal void Leave(SendStatus status)
    {
        Interlocked.Increment(ref _answered[(int)status]);
        Interlocked.Decrement(ref _inFlight);
    }

    /// <summary>Takes over what another ledger has counted; nobody may count on that one any more.</summary>
    internal void Absorb(TopicLedger other)
    {
        Interlocked.Add(ref _received, other.Received);
        Interlocked.Add(ref _receivedBytes, other.ReceivedBytes);
        Interlocked.Add(ref _inFlight, other.InFlight);
        Interlocked.Add(ref _lateStored, other.LateStored);
        Interlocked.Add(ref _lateFailed, other.LateFailed);
        for (int code = 0; code < _answered.Length; code++)
        {
            Interlocked.Add(ref _answered[code], Volatile.Read(ref other._answered[code]));
        }
    }

    internal void Late(SendResult outcome) =>
        Interlocked.Increment(ref outcome.Stored == Stored.Yes ? ref _lateStored : ref _lateFailed);
}
