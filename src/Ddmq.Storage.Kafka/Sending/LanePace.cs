using Ddmq.Core.Storage;

namespace Ddmq.Storage.Kafka.Sending;

/// <summary>
/// How fast a lane's messages are acknowledged, and which of those that come would therefore not be in time. The client takes whatever it is
/// given and sends it when it can, so that nothing but time tells that it is too much: where transfers take half as long again as one takes when
/// little is under way, they have waited for others, and what was acknowledged meanwhile is what the cluster can do. Far brokers alone are no
/// overload; nor is a cluster that stood still once: what came back after that had been sent when little waited, so that of two rounds in a row the faster
/// counts. A lane's own, and not the cluster's: one partition's leader may be slow where the others are not; and lanes that share a
/// leader's line each measure their share of it. Not thread-safe: under the lane's lock.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class LanePace(TimeProvider time)
{
    // Fewer acknowledgements than that come together by chance.
    private const int LeastMeasured = 16;

    // Transfers that take so many times as long as one with little under way have waited for others.
    private const double LongTime = 1.5;

    // Measured (docs/performance.md, Overload): with half of it requests are not full where few may be in flight.
    private const double ShareOfTime = 0.55;

    private const long NotMeasured = long.MinValue;

    // Whoever was slow then may be quick now; who still is, is measured again by what gathers.
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(10);

    // A request brings the acknowledgements of all its messages at once: over less time than that their number is chance.
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(100);

    // Where more waits the next transfer begins as soon as the last has ended: after so long nothing has been asked for meanwhile.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    // After its last refusal more comes than it takes, even if what has been acknowledged lets some in.
    private static readonly TimeSpan Crowd = TimeSpan.FromMilliseconds(100);

    private readonly QueuePace _pace = new(time, ShareOfTime);
    private readonly long _patience = (long)(KafkaLane.Patience.TotalSeconds * time.TimestampFrequency);
    private long _measured = NotMeasured;
    private long _refused = NotMeasured;
    private long _leastTime = long.MaxValue;
    private long _started;
    private long _ended = NotMeasured;
    private long _acknowledged;
    private double _times;
    private (long Messages, long Took) _slowRound;

    /// <summary>How many messages are handed over and not answered. Below 0 for a moment, when answers come before <see cref="HandedOver"/>.</summary>
    public long UnderWay { get; private set; }

    /// <summary>Whether a message would be acknowledged too late. Never when little is under way, or nothing has been measured lately.</summary>
    /// <param name="waiting">How many wait for their transfer before it.</param>
    /// <param name="deadline">Its deadline, a timestamp of the clock.</param>
    /// <param name="now">The time.</param>
    public bool IsHopeless(int waiting, long deadline, long now) =>
        _measured != NotMeasured

        // All that is under way counts, also what would be on its way in an idle cluster: so that takes nothing of the time for waiting.
        && _pace.IsHopeless(waiting + UnderWay, 0, deadline + _leastTime, now);

    /// <summary>A message has been refused for that.</summary>
    public void Refused(long now) => _refused = now;

    /// <summary>Whether messages are refused at present: more comes than the lane takes.</summary>
    public bool IsCrowded(long now) => _refused != NotMeasured && time.GetElapsedTime(_refused, now) < Crowd;

    /// <summary>A transfer begins.</summary>
    /// <param name="transfer">It.</param>
    /// <param name="waiting">How many have waited for it.</param>
    public void Begun(Transfer transfer, int waiting)
    {
        transfer.IsAlone = UnderWay <= 0 && waiting < LeastMeasured;
        if (transfer.IsAlone || _ended == NotMeasured || (UnderWay <= 0 && time.GetElapsedTime(_ended, transfer.Began) >= Pause))
        {
            StartRound(transfer.Began);
        }

        if (_measured != NotMeasured && time.GetElapsedTime(_measured, transfer.Began) > Memory)
        {
            _measured = NotMeasured;
        }
    }

    /// <summary>Its messages have been handed over. May come after its end.</summary>
    public void HandedOver(int messages) => UnderWay += messages;

    /// <summary>All its messages have been answered.</summary>
    public void Ended(Transfer transfer)
    {
        long now = _ended = time.GetTimestamp();
        UnderWay -= transfer.Messages;
        if (transfer.Messages == 0 || transfer.HasFailed)
        {
            return;
        }

        long took = now - transfer.Began;
        if (transfer.IsAlone)
        {
            _leastTime = took;
            _pace.AtLeast(transfer.Messages, transfer.Began);
        }

        _leastTime = Math.Min(_leastTime, took);
        _acknowledged += transfer.Messages;
        _times += (double)took * transfer.Messages;
        if (_acknowledged < LeastMeasured || time.GetElapsedTime(_started, now) < Round)
        {
            return;
        }

        (long Messages, long Took) round = default;
        if (_times / _acknowledged >= Math.Max(_patience, LongTime * _leastTime))
        {
            round = (_acknowledged, now - _started);
            if (_slowRound.Messages > 0)
            {
                (long messages, long tookFaster) = IsFaster(_slowRound, round) ? _slowRound : round;
                _pace.Measured(messages, now - tookFaster);
                _measured = now;
            }
        }
        else
        {
            _pace.AtLeast(_acknowledged, _started);
        }

        StartRound(now);
        _slowRound = round;
    }

    private static bool IsFaster((long Messages, long Took) one, (long Messages, long Took) other) =>
        (double)one.Messages * other.Took > (double)other.Messages * one.Took;

    private void StartRound(long now)
    {
        _started = now;
        _acknowledged = 0;
        _times = 0;
        _slowRound = default;
    }
}
