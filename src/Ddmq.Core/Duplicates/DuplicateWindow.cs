using Ddmq.Core.Messages;

namespace Ddmq.Core.Duplicates;

/// <summary>
/// The messages of the last moments of all topics that have a window, by hash. Bounded: the oldest go first, counted. A message that is on its
/// way stays until its outcome is known, if that takes longer than its window. Thread-safe, one short lock.
/// </summary>
public sealed class DuplicateWindow
{
    // Enough to keep up: each new message comes with two looks at old ones.
    private const int LooksAtOld = 2;

    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, RememberedMessage> _messages = [];
    private readonly int _capacity;
    private RememberedMessage? _oldest;
    private RememberedMessage? _newest;
    private long _pushedOut;

    /// <param name="capacity">The most messages to remember; more than 0.</param>
    public DuplicateWindow(int capacity)
    {
        _capacity = capacity;
    }

    /// <summary>Messages remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _messages.Count;
            }
        }
    }

    /// <summary>Messages forgotten before their time, for want of room.</summary>
    public long PushedOut => Volatile.Read(ref _pushedOut);

    /// <summary>Enters a message, unless the same is there already.</summary>
    /// <param name="hash">The message's.</param>
    /// <param name="now">Now, in ticks of the clock.</param>
    /// <param name="received">When it was received, in ticks of the clock.</param>
    /// <param name="expires">When it is to be forgotten, in ticks of the clock.</param>
    /// <param name="message">The message entered, or the one that is there.</param>
    /// <returns>Null when it was entered: it is the first, and <see cref="Settle"/> is owed. Otherwise the outcome of the first, to be waited for.</returns>
    internal ValueTask<SendResult>? Enter(UInt128 hash, long now, long received, long expires, out RememberedMessage message)
    {
        lock (_lock)
        {
            ForgetExpired(now);
            if (_messages.TryGetValue(hash, out RememberedMessage? found))
            {
                if (found.Outcome is null || now < found.Expires)
                {
                    message = found;
                    return found.Outcome is { } outcome
                        ? new ValueTask<SendResult>(outcome)
                        : new ValueTask<SendResult>((found.Waiting ??= new TaskCompletionSource<SendResult>()).Task);
                }

                Remove(found);
            }

            message = new RememberedMessage(hash, received, expires);
            _messages.Add(hash, message);
            Append(message);
            if (_messages.Count > _capacity)
            {
                Remove(_oldest!);
                Interlocked.Increment(ref _pushedOut);
            }

            return null;
        }
    }

    /// <summary>What became of a message. One that is not stored is forgotten: its repeat is to be sent.</summary>
    internal void Settle(RememberedMessage message, SendResult outcome)
    {
        TaskCompletionSource<SendResult>? waiting;
        lock (_lock)
        {
            message.Outcome = outcome;
            waiting = message.Waiting;
            if (message.IsRemembered && outcome.Stored is not (Stored.Yes or Stored.Spooled))
            {
                Remove(message);
            }
        }

        // Outside the lock: repeats go on here.
        waiting?.SetResult(outcome);
    }

    private void ForgetExpired(long now)
    {
        for (int i = 0; i < LooksAtOld && _oldest is { } oldest && oldest.Expires <= now; i++)
        {
            if (oldest.Outcome is null)
            {
                Unlink(oldest);
                Append(oldest);
            }
            else
            {
                Remove(oldest);
            }
        }
    }

    private void Remove(RememberedMessage message)
    {
        _messages.Remove(message.Hash);
        Unlink(message);
    }

    private void Append(RememberedMessage message)
    {
        message.IsRemembered = true;
        message.Older = _newest;
        message.Newer = null;
        if (_newest is null)
        {
            _oldest = message;
        }
        else
        {
            _newest.Newer = message;
        }

        _newest = message;
    }

    private void Unlink(RememberedMessage message)
    {
        message.IsRemembered = false;
        if (message.Older is null)
        {
            _oldest = message.Newer;
        }
        else
        {
            message.Older.Newer = message.Newer;
        }

        if (message.Newer is null)
        {
            _newest = message.Older;
        }
        else
        {
            message.Newer.Older = message.Older;
        }
    }
}
