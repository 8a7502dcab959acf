using Ddmq.Core.Messages;

namespace Ddmq.Core.Diagnostics.Latencies;

/// <summary>
/// How long messages take: over all by stage, and the whole way by topic (<see cref="TopicLedger.Latency"/>). What is refused at once is in none
/// of them, because an overload's refusals would make the rest look fast; nor is a heartbeat. Thread-safe.
/// </summary>
public sealed class StageLatencies
{
    private readonly LatencyWindows[] _stages = [new(), new(), new()];
    private readonly WindowClock _clock;
    private readonly double _microsecondsPerTick;

    /// <param name="time">The clock of the requests' timestamps.</param>
    public StageLatencies(TimeProvider time)
    {
        _clock = new WindowClock(time);
        _microsecondsPerTick = 1e6 / time.TimestampFrequency;
    }

    /// <summary>The window that is running.</summary>
    public long Window => _clock.Current;

    /// <summary>The durations of a stage other than <see cref="SendStage.Total"/>, which is kept by topic.</summary>
    public LatencyWindows Of(SendStage stage) => _stages[(int)stage];

    internal void Record(SendRequest request, in SendResult result, TopicLedger ledger, long now)
    {
        if (MessageOutcomes.Of(result.Status, result.Stored) == MessageOutcome.Refused)
        {
            return;
        }

        long window = _clock.At(now);
        ledger.RecordLatency(Microseconds(now - request.ReceivedTimestamp), window);
        MessageTrace trace = request.Trace;
        if (trace.FirstHandedOver is not 0 and long handedOver)
        {
            Of(SendStage.Proxy).Record(Microseconds(handedOver - request.ReceivedTimestamp - trace.LimiterWaitTicks), window);
            Of(SendStage.Store).Record(Microseconds(now - handedOver), window);
        }

        if (trace.LimiterWaitTicks > 0)
        {
            Of(SendStage.Limiter).Record(Microseconds(trace.LimiterWaitTicks), window);
        }
    }

    private long Microseconds(long ticks) => (long)(ticks * _microsecondsPerTick);
}
