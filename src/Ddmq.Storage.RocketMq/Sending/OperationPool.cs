namespace Ddmq.Storage.RocketMq.Sending;

/// <summary>
/// Operations for reuse. They are rented on the callers' threads and given back on the connections': a stack that is only ever taken whole
/// (so that no operation can be popped, reused and pushed between another's read and swap) carries them back. Thread-safe.
/// </summary>
internal static class OperationPool
{
    [ThreadStatic]
    private static SendOperation? _free;

    private static SendOperation? _givenBack;

    /// <summary>An operation to start.</summary>
    public static SendOperation Rent()
    {
        SendOperation? operation = _free ?? Interlocked.Exchange(ref _givenBack, null);
        if (operation is null)
        {
            return new SendOperation();
        }

        _free = (SendOperation?)operation.Next;
        operation.Next = null;
        return operation;
    }

    /// <summary>Puts a settled operation back.</summary>
    public static void GiveBack(SendOperation operation)
    {
        SendOperation? top = Volatile.Read(ref _givenBack);
        while (true)
        {
            operation.Next = top;
            SendOperation? seen = Interlocked.CompareExchange(ref _givenBack, operation, top);
            if (ReferenceEquals(seen, top))
            {
                return;
            }

            top = seen;
        }
    }
}
