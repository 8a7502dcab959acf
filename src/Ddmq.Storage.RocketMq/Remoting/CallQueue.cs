using Ddmq.Core.Pipeline;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>A first-in first-out list of calls, threaded through the calls themselves. Not thread-safe.</summary>
internal struct CallQueue
{
    private PendingCall? _head;
    private PendingCall? _tail;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The one that has waited longest.</summary>
    public readonly PendingCall? Head => _head;

    /// <summary>Puts one at the end.</summary>
    public void Add(PendingCall call)
    {
        call.Next = null;
        if (_tail is null)
        {
            _head = call;
        }
        else
        {
            _tail.Next = call;
        }

        _tail = call;
        Count++;
    }

    /// <summary>Puts one in front of all others.</summary>
    public void AddFirst(PendingCall call)
    {
        call.Next = _head;
        _head = call;
        _tail ??= call;
        Count++;
    }

    /// <summary>Moves all of <paramref name="others"/>, in their order, in front of what is here.</summary>
    public void AddFirst(ref CallQueue others)
    {
        if (others._tail is { } last)
        {
            last.Next = _head;
            _head = others._head;
            _tail ??= last;
            Count += others.Count;
            others = default;
        }
    }

    /// <summary>Takes the first one out; null when there is none.</summary>
    public PendingCall? Take()
    {
        if (_head is not { } first)
        {
            return null;
        }

        _head = first.Next;
        _tail = _head is null ? null : _tail;
        first.Next = null;
        Count--;
        return first;
    }

    /// <summary>Moves those whose deadline has come to <paramref name="expired"/>, in order.</summary>
    /// <returns>The earliest deadline of those that stay; <see cref="DueTimer.Never"/> when none does.</returns>
    public long MoveExpired(long now, ref CallQueue expired)
    {
        long earliest = DueTimer.Never;
        PendingCall? next = _head;
        _head = _tail = null;
        Count = 0;
        while (next is { } call)
        {
            next = call.Next;
            if (call.Deadline <= now)
            {
                expired.Add(call);
            }
            else
            {
                earliest = Math.Min(earliest, call.Deadline);
                Add(call);
            }
        }

        return earliest;
    }

    /// <summary>Fails everything in it. Holding no lock.</summary>
    public void FailAll(CallFailure failure, string? detail)
    {
        while (Take() is { } call)
        {
            call.Fail(failure, detail);
        }
    }
}
