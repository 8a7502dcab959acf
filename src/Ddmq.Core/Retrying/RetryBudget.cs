namespace Ddmq.Core.Retrying;

/// <summary>
/// What retries a cluster is allowed: a share of the messages sent to it, so that a broken broker does not double the load on the others, and
/// beside it a few per second, so that messages that are rare may be retried too. What is not used is saved up to a bound, for the moment
/// when something breaks. A message costs one interlocked add; the rest is computed when a retry asks. Thread-safe.
/// </summary>
public sealed class RetryBudget
{
    /// <summary>Retries per second that need no traffic.</summary>
    public const int FloorPerSecond = 10;

    /// <summary>The most that is saved up of the share of traffic, in retries.</summary>
    public const int MaxSavedShare = 1000;

    /// <summary>The most that is saved up of the floor, in retries.</summary>
    public const int MaxSavedFloor = 10 * FloorPerSecond;

    private readonly Lock _lock = new();
    private long _messages;
    private long _messagesSeen;
    private long _lastLook = long.MinValue;
    private double _share;
    private double _floor = MaxSavedFloor;

    /// <summary>Messages sent to the cluster, each counted once however often it was tried.</summary>
    public long Messages => Volatile.Read(ref _messages);

    internal void CountMessage() => Interlocked.Increment(ref _messages);

    /// <summary>Takes one retry, if there is one left.</summary>
    internal bool TryTake(int percent, TimeProvider time)
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            long messages = Messages;
            _share = Math.Min(MaxSavedShare, _share + ((messages - _messagesSeen) * percent / 100.0));
            _messagesSeen = messages;
            if (_lastLook != long.MinValue)
            {
                _floor = Math.Min(MaxSavedFloor, _floor + (time.GetElapsedTime(_lastLook, now).TotalSeconds * FloorPerSecond));
            }

            _lastLook = now;
            return TryTakeFrom(ref _share) || TryTakeFrom(ref _floor);
        }
    }

    /// <summary>Puts one back that was not used.</summary>
    internal void GiveBack()
    {
        lock (_lock)
        {
            _share++;
        }
    }

    private static bool TryTakeFrom(ref double saved)
    {
        if (saved < 1)
        {
            return false;
        }

        saved--;
        return true;
    }
}
