using Ddmq.Core.Messages;
using Ddmq.Core.Native;

namespace Ddmq.Storage.RocksDb.Committing;

/// <summary>
/// From many senders to the one commit thread. A sender holds the lock for a few assignments; the commit thread takes
/// everything at once. The thread is woken only when it sleeps, which under load it does not; and not under the lock, which it would find taken:
/// a thread that is woken can be at work before its waker goes on.
/// </summary>
internal sealed class SendQueue : IDisposable
{
    private readonly long _maxBytes;
    private readonly Lock _lock = new();
    private readonly EventDescriptor _wakeUp;
    private SendOperation? _head;
    private SendOperation? _tail;
    private long _bytes;
    private long _count;
    private bool _sleeping;
    private bool _woken;
    private bool _closed;

    // The pool: senders pop under the lock they hold anyway; what is given back is pushed without it, on a stack that is
    // only ever taken whole (so that no operation can be popped, reused and pushed between another's read and swap).
    private SendOperation? _free;
    private SendOperation? _givenBack;

    /// <param name="maxBytes">The bound of what is in it, in bytes of <see cref="TryAdd"/>'s cost.</param>
    /// <exception cref="RocksDbStoreException">The process has no file descriptor left.</exception>
    public SendQueue(long maxBytes)
    {
        _maxBytes = maxBytes;
        _wakeUp = EventDescriptor.TryCreateWaiting()
            ?? throw new RocksDbStoreException("The embedded store needs a file descriptor and the process has none left; see ulimit -n.");
    }

    /// <summary>Messages that wait or are being written.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Their bytes.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Queues a message; <paramref name="operation"/> is null unless it was added.</summary>
    public SendQueueAnswer TryAdd(SendRequest request, int cost, out SendOperation? operation)
    {
        bool isToWake;
        lock (_lock)
        {
            operation = null;
            if (_closed)
            {
                return SendQueueAnswer.Closed;
            }

            // What follows the first message of a batch is taken, too: the batch is to be taken whole or not at all.
            if (_bytes + cost > _maxBytes && !request.IsRestOfBatch)
            {
                return SendQueueAnswer.Full;
            }

            operation = Rent();
            operation.Start(request, cost);
            if (_tail is null)
            {
                _head = operation;
            }
            else
            {
                _tail.Next = operation;
            }

            _tail = operation;
            _bytes += cost;
            _count++;
            isToWake = _sleeping;
            _sleeping = false;
        }

        if (isToWake)
        {
            _wakeUp.Set();
        }

        return SendQueueAnswer.Added;
    }

    /// <summary>
    /// Waits until there is something to do, and moves every queued message to the end of <paramref name="taken"/>. What was taken
    /// counts against the bound until <see cref="Release"/>.
    /// </summary>
    /// <param name="taken">Receives the messages in order.</param>
    /// <param name="woken"><see cref="Wake"/> was called since the last time.</param>
    /// <returns>False when the queue is closed, and so there will never be more.</returns>
    public bool Take(List<SendOperation> taken, out bool woken)
    {
        SendOperation? next;
        bool open;
        while (!TryTake(out next, out open, out woken))
        {
            _wakeUp.Reset();
        }

        while (next is not null)
        {
            SendOperation operation = next;
            next = operation.Next;
            operation.Next = null;
            taken.Add(operation);
        }

        return open;
    }

    /// <summary>Messages that were taken are about to be answered.</summary>
    public void Release(int count, long bytes)
    {
        lock (_lock)
        {
            _count -= count;
            _bytes -= bytes;
        }
    }

    /// <summary>Makes <see cref="Take"/> return.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            _woken = true;
        }

        _wakeUp.Set();
    }

    /// <summary>From here on nothing is added. What is queued can still be taken.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }

        _wakeUp.Set();
    }

    /// <summary>Puts an operation back into the pool.</summary>
    public void GiveBack(SendOperation operation)
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

    /// <inheritdoc/>
    /// <remarks>After <see cref="Take"/> has returned false.</remarks>
    public void Dispose() => _wakeUp.Dispose();

    /// <summary>Takes what there is; false when there is nothing to do, and whoever brings something wakes the taker.</summary>
    private bool TryTake(out SendOperation? first, out bool open, out bool woken)
    {
        lock (_lock)
        {
            first = _head;
            open = !_closed;
            woken = _woken;
            _sleeping = first is null && open && !woken;
            _head = _tail = null;
            _woken = false;
            return !_sleeping;
        }
    }

    private SendOperation Rent()
    {
        _free ??= Interlocked.Exchange(ref _givenBack, null);
        if (_free is not { } operation)
        {
            return new SendOperation(this);
        }

        _free = operation.Next;
        operation.Next = null;
        return operation;
    }
}
