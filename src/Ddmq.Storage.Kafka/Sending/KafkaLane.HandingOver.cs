using Confluent.Kafka;
using Ddmq.Core.Messages;

namespace Ddmq.Storage.Kafka.Sending;

/// <content>Handing over what waits: one transfer after the other, for one partition each, until it is the client's.</content>
internal sealed partial class KafkaLane
{
    private uint _turn = (uint)Random.Shared.Next();
    private bool _isPumping;

    /// <summary>Hands over what waits, as far as transfers may be under way. One thread at a time; a second one leaves it to the first.</summary>
    private void Pump()
    {
        // A loop, not a recursion: messages may all be answered before they are handed over, and others have come meanwhile.
        while (TryBegin(out Transfer? transfer, out int left))
        {
            SendOperation? operation = null;
            bool isFull = false;
            int handedOver = 0;
            while (!isFull && TryNext(ref operation, ref left))
            {
                // Once it is handed over it may be another message's at any time.
                int bodyLength = operation!.BodyLength;
                SendResult? outcome = TryHandOver(operation, transfer!, out isFull);
                if (isFull)
                {
                    break;
                }

                _context.Waiting.Leave(bodyLength);
                if (outcome is { } result)
                {
                    _context.Pool.Settle(operation, result);
                }
                else
                {
                    handedOver++;
                }
            }

            if (handedOver > 0)
            {
                _context.Counters.HandedOver(handedOver);
            }

            bool isOver = transfer!.EndsWithLane(handedOver);
            lock (_lock)
            {
                _isPumping = false;
                _isFull = isFull;
                _window.Pace.HandedOver(handedOver);
                if (_waiting.Count > 0)
                {
                    Watch();
                }
            }

            if (isOver)
            {
                Release(transfer, isFull);
            }
        }
    }

    private bool TryBegin(out Transfer? transfer, out int left)
    {
        lock (_lock)
        {
            left = _waiting.Count;
            transfer = null;
            if (_isPumping || left == 0)
            {
                return false;
            }

            long now = _context.Time.GetTimestamp();
            if (!_isClosed && (_isFull || !_window.MayBegin(left, _waiting.Peek().WaitsSince, now)))
            {
                Watch();
                return false;
            }

            transfer = _window.Begin(Partition ?? NextPartition(), left);
            left = Math.Min(left, _window.Most(now));
            _isPumping = true;
            _hasNoRoom = false;
            return true;
        }
    }

    /// <summary>Takes the message in hand out of the line and the next one into it; it stays there until it has been handed over.</summary>
    private bool TryNext(ref SendOperation? operation, ref int left)
    {
        lock (_lock)
        {
            if (operation is not null)
            {
                _waiting.Dequeue();
                left--;
            }

            return (left > 0 || _isClosed) && _waiting.TryPeek(out operation);
        }
    }

    /// <summary>The message's result when it is not handed over; null when it is, or when the client is full and it keeps its place.</summary>
    private SendResult? TryHandOver(SendOperation operation, Transfer transfer, out bool isFull)
    {
        isFull = false;
        if (Volatile.Read(ref _isClosed))
        {
            return _context.Stopping;
        }

        if (_context.IsLate(operation, out SendResult late))
        {
            return late;
        }

        if (operation.Request.IsOvertaking)
        {
            return SendResult.Overtaking;
        }

        if (transfer.Partition is not { } partition)
        {
            return KafkaErrors.NotTaken(ErrorCode.UnknownTopicOrPart, -1);
        }

        transfer.Enter(operation);
        ErrorCode code = _context.Clients.Produce(operation, partition);
        if (code == ErrorCode.NoError)
        {
            return null;
        }

        transfer.Withdraw(operation);
        switch (code)
        {
            case ErrorCode.Local_InProgress:
                isFull = true;
                return null;
            case ErrorCode.Local_QueueFull:
                isFull = true;
                Volatile.Write(ref _hasNoRoom, true);
                if (!operation.HasMetFullClient)
                {
                    operation.HasMetFullClient = true;
                    _context.Counters.WaitsForRoom();
                }

                return null;
            case ErrorCode.Local_Destroy:
                return _context.Stopping;
            default:
                if (KafkaErrors.ConcernsMetadata(code))
                {
                    _context.Metadata.Ask(_topic);
                }

                return KafkaErrors.NotTaken(code, partition.Name.Partition.Value);
        }
    }

    private void Release(Transfer transfer, bool isFull)
    {
        lock (_lock)
        {
            _window.End(transfer);
            _isFull &= isFull;
        }
    }

    // Under the lock. The topic's partitions in turn; one whose leader is slow only when all are.
    private KafkaPartition? NextPartition()
    {
        KafkaLane[] lanes = _topic.Partitions ?? [];
        for (int i = 0; i < lanes.Length; i++)
        {
            KafkaPartition partition = At(_turn + (uint)i);
            if (!partition.IsSlow)
            {
                _turn += (uint)i + 1;
                return partition;
            }
        }

        return lanes.Length > 0 ? At(_turn++) : null;

        KafkaPartition At(uint turn) => lanes[turn % (uint)lanes.Length].Partition!;
    }
}
