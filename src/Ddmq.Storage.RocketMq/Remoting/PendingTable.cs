namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>
/// The calls in flight on one connection, by opaque. An opaque is a slot's number and how often that slot was used, so finding a call is an
/// index and a comparison, and a reply that comes too late does not meet the slot's next tenant. Not thread-safe.
/// </summary>
internal sealed class PendingTable
{
    /// <summary>How many calls can be in flight on a connection.</summary>
    public const int MaxCalls = 1 << SlotBits;

    private const int SlotBits = 14;
    private const int SlotMask = MaxCalls - 1;

    private PendingCall?[] _calls = new PendingCall?[64];
    private int[] _uses = new int[64];
    private int[] _free = new int[64];
    private int _freeCount;

    public PendingTable()
    {
        for (int slot = _calls.Length - 1; slot >= 0; slot--)
        {
            _free[_freeCount++] = slot;
        }
    }

    /// <summary>Calls in it.</summary>
    public int Count { get; private set; }

    /// <summary>Those of them that are under the limit, see <see cref="PendingCall.IsLimited"/>.</summary>
    public int LimitedCount { get; private set; }

    /// <summary>Enters a call under a new opaque; false when the table is full.</summary>
    public bool TryAdd(PendingCall call)
    {
        if (_freeCount == 0 && !TryGrow())
        {
            return false;
        }

        int slot = _free[--_freeCount];
        _calls[slot] = call;
        _uses[slot]++;
        call.Opaque = OpaqueOf(slot);
        Count++;
        LimitedCount += call.IsLimited ? 1 : 0;
        return true;
    }

    /// <summary>Takes the call of that opaque out; null when there is none.</summary>
    public PendingCall? Take(int opaque)
    {
        int slot = opaque & SlotMask;
        if (slot >= _calls.Length || _calls[slot] is not { } call || call.Opaque != opaque)
        {
            return null;
        }

        Free(slot);
        return call;
    }

    /// <summary>Takes those out that were sent at <paramref name="until"/> or before.</summary>
    public void MoveSentUntil(long until, ref CallQueue taken)
    {
        for (int slot = 0; slot < _calls.Length; slot++)
        {
            if (_calls[slot] is { } call && call.SentTimestamp <= until)
            {
                Free(slot);
                taken.Add(call);
            }
        }
    }

    private int OpaqueOf(int slot) => slot | ((_uses[slot] << SlotBits) & int.MaxValue);

    private void Free(int slot)
    {
        LimitedCount -= _calls[slot]!.IsLimited ? 1 : 0;
        _calls[slot] = null;
        _free[_freeCount++] = slot;
        Count--;
    }

    private bool TryGrow()
    {
        int size = _calls.Length;
        if (size == MaxCalls)
        {
            return false;
        }

        Array.Resize(ref _calls, size * 2);
        Array.Resize(ref _uses, size * 2);
        Array.Resize(ref _free, size * 2);
        for (int slot = (size * 2) - 1; slot >= size; slot--)
        {
            _free[_freeCount++] = slot;
        }

        return true;
    }
}
