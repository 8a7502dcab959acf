using Ddmq.Core.Messages;
using Ddmq.Storage.Kafka.Clients;
using Ddmq.Storage.Kafka.Metrics;

namespace Ddmq.Storage.Kafka.Sending;

/// <summary>
/// Every message that is under way, and the stock of operations for the next ones. Settling is done here and nowhere else, so that every
/// message is answered once and the counters agree. Thread-safe.
/// </summary>
internal sealed class OperationPool(KafkaStoreCounters counters)
{
    // More than that in stock is left to the garbage collector: a burst need not be paid for ever.
    private const int MaxStock = 16_384;

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SendOperation? _outstanding;
    private SendOperation? _stock;
    private int _stockCount;
    private volatile bool _closed;

    /// <summary>Completes when the pool has been closed and everything was answered.</summary>
    public Task Drained => _drained.Task;

    /// <summary>Begins a message; null once the pool is closed.</summary>
    public SendOperation? Rent(SendRequest request, KafkaTopic topic)
    {
        SendOperation? operation;
        lock (_lock)
        {
            if (_closed)
            {
                return null;
            }

            operation = _stock;
            if (operation is null)
            {
                operation = new SendOperation(this);
            }
            else
            {
                _stock = operation.Next;
                _stockCount--;
            }

            // Before it can be found among the outstanding ones.
            operation.Start(request, topic);
            counters.Began(operation.BodyLength);
            Link(operation);
        }

        return operation;
    }

    /// <summary>Answers the message, if nobody has yet.</summary>
    public void Settle(SendOperation operation, in SendResult result)
    {
        if (!operation.TryClaim())
        {
            return;
        }

        long left = counters.Ended(operation.BodyLength, result);
        Transfer? transfer = operation.Transfer;
        operation.Complete(result);
        transfer?.Leave(result.IsOk);
        if (left == 0 && _closed)
        {
            _drained.TrySetResult();
        }
    }

    /// <summary>Called by the operation when its result has been taken.</summary>
    public void GiveBack(SendOperation operation)
    {
        lock (_lock)
        {
            Unlink(operation);
            if (_closed || _stockCount == MaxStock)
            {
                operation.Drop();
                return;
            }

            operation.Next = _stock;
            _stock = operation;
            _stockCount++;
        }
    }

    /// <summary>Takes no more messages.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            for (; _stock is not null; _stock = _stock.Next)
            {
                _stock.Drop();
            }
        }

        if (counters.InFlight == 0)
        {
            _drained.TrySetResult();
        }
    }

    /// <summary>Answers what was handed to this client and has had no word from it. The client is closed: it says nothing any more.</summary>
    public void Abandon(KafkaClient client, in SendResult result)
    {
        var found = new List<SendOperation>();
        lock (_lock)
        {
            for (SendOperation? operation = _outstanding; operation is not null; operation = operation.Next)
            {
                if (ReferenceEquals(operation.Client, client))
                {
                    found.Add(operation);
                }
            }
        }

        foreach (SendOperation operation in found)
        {
            Settle(operation, result);
        }
    }

    private void Link(SendOperation operation)
    {
        operation.Previous = null;
        operation.Next = _outstanding;
        if (_outstanding is not null)
        {
            _outstanding.Previous = operation;
        }

        _outstanding = operation;
    }

    private void Unlink(SendOperation operation)
    {
        if (operation.Previous is null)
        {
            _outstanding = operation.Next;
        }
        else
        {
            operation.Previous.Next = operation.Next;
        }

        if (operation.Next is not null)
        {
            operation.Next.Previous = operation.Previous;
        }

        operation.Previous = null;
        operation.Next = null;
    }
}
