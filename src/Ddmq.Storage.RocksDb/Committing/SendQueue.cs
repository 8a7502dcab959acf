using Ddmq.Core.Messages;

namespace Ddmq.Storage.RocksDb.Committing;

/// <summary>
/// From many senders to the one commit thread. A sender holds the lock for a few assignments; the commit thread takes
/// everything at once. The thread is woken only when it sleeps, which under load it does not.
/// </summary>
internal sealed class SendQueue(long maxBytes)
{
    private readonly object _gate = new();
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

    /// <summary>Messages that wait or are being written.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Their bytes.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Queues a message; <paramref name="operation"/> is null unless it was added.</summary>
    public SendQueueAnswer TryAdd(SendRequest request, int cost, out SendOperation? operation)
    {
        lock (_gate)
        {
            operation = null;
            if (_closed)
            {
                return SendQueueAnswer.Closed;
            }

            // What follows the first message of a batch is taken, too: the batch is to be taken whole or not at all.
            if (_bytes + cost > maxBytes && !request.IsRestOfBatch)
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
            if (_sleeping)
            {
                _sleeping = false;
                Monitor.Pulse(_gate);
            }
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
        lock (_gate)
        {
            while (_head is null && !_woken && !_closed)
            {
                _sleeping = true;
                Monitor.Wait(_gate);
            }

            _sleeping = false;
            woken = _woken;
            _woken = false;
            open = !_closed;
            next = _head;
            _head = _tail = null;
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
        lock (_gate)
        {
            _count -= count;
            _bytes -= bytes;
        }
    }

    /// <summary>Makes <see cref="Take"/> return.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _woken = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>From here on nothing is added. What is queued can still be taken.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }
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
