using System.Text;
using Confluent.Kafka;
using Ddmq.Core.Messages;
using Ddmq.Core.Routing;
using Ddmq.Core.Topics;
using Ddmq.Storage.Kafka.Metadata;

namespace Ddmq.Storage.Kafka.Sending;

/// <summary>
/// A topic as senders see it: its partitions, and the messages that cannot be handed to the client yet. Thread-safe.
/// <para>
/// The order. While anything waits, <see cref="_lined"/> is set and every further message lines up behind, under the lock. It is cleared
/// under the lock when the last one has been handed over. So a caller whose first message waits finds the flag set with its second, and
/// one that finds it clear knows its earlier messages handed over.
/// </para>
/// </summary>
internal sealed class KafkaTopic
{
    private const int MaxNameLength = 249;

    // How many are handed over before those who line up get the lock.
    private const int DrainStep = 256;

    private readonly SendContext _context;
    private readonly TopicLookup _lookup;
    private readonly Lock _lock = new();
    private readonly Queue<SendOperation> _waiting = new();
    private KafkaPartition[]? _partitions;
    private TopicRefusal? _refusal;
    private volatile MetadataAnswer _lastAnswer = MetadataAnswer.NotReady;
    private volatile bool _lined;
    private volatile bool _closed;
    private bool _fullClient;

    public KafkaTopic(byte[] utf8Name, SendContext context)
    {
        Name = Encoding.UTF8.GetString(utf8Name);
        Spread = (uint)Utf8NameComparer.Instance.GetHashCode(utf8Name);
        _context = context;
        _lookup = new TopicLookup(context.Options, context.Time);
        if (!IsLegal(utf8Name))
        {
            _refusal = new TopicRefusal(KafkaErrors.NotTaken(ErrorCode.TopicException, -1), long.MaxValue);
        }
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Where the topic's partition 0 goes among the clients; different topics begin at different ones.</summary>
    public uint Spread { get; }

    /// <summary>The loop's: when it is to ask, in timestamp ticks; null when not at all.</summary>
    internal long? AskAt { get; set; }

    /// <summary>Whether messages of this topic are refused at present, and with what.</summary>
    public bool IsRefused(out SendResult result)
    {
        TopicRefusal? refusal = Volatile.Read(ref _refusal);
        if (refusal is null || (refusal.Until != long.MaxValue && _context.Time.GetTimestamp() >= refusal.Until))
        {
            result = default;
            return false;
        }

        result = refusal.Result;
        return true;
    }

    /// <summary>Hands the message to a client, or lets it wait; it is settled either way.</summary>
    public void Send(SendOperation operation)
    {
        if (IsLate(operation, out SendResult late))
        {
            _context.Pool.Settle(operation, late);
        }
        else if (_lined || Volatile.Read(ref _partitions) is not { } partitions)
        {
            LineUp(operation);
        }
        else if (!TryHandOver(operation, partitions, out SendResult? failure))
        {
            _context.Counters.WaitsForRoom();
            LineUp(operation);
        }
        else if (failure is { } result)
        {
            _context.Pool.Settle(operation, result);
        }
    }

    /// <summary>Takes in what the cluster says about this topic. On the thread of the metadata loop only.</summary>
    /// <returns>When to ask again, in timestamp ticks; null for not before a message wants to know.</returns>
    public long? Apply(MetadataReply reply)
    {
        _lookup.Apply(reply);
        Volatile.Write(ref _refusal, _lookup.Refusal is { } refusal ? new TopicRefusal(refusal, _lookup.RefusedUntil) : null);
        if (_lookup.Partitions != (_partitions?.Length ?? 0))
        {
            Volatile.Write(ref _partitions, _lookup.Partitions == 0
                ? null
                : [.. Enumerable.Range(0, _lookup.Partitions).Select(partition =>
                    _partitions?.ElementAtOrDefault(partition) ?? new KafkaPartition(new TopicPartition(Name, partition)))]);
        }

        _lastAnswer = reply.Answer;
        Drain();
        return _lookup.NextAsk;
    }

    /// <summary>Whether a warm-up of this topic is over.</summary>
    internal bool IsSettled => _lookup.IsSettled;

    /// <summary>Hands over what can be, refuses what has waited too long.</summary>
    public void Drain()
    {
        bool more;
        do
        {
            List<(SendOperation Operation, SendResult Result)>? done = null;
            more = DrainSome(ref done);

            // Outside the lock: who awaits a result may send the next message from here.
            foreach ((SendOperation operation, SendResult result) in done ?? [])
            {
                _context.Pool.Settle(operation, result);
            }
        }
        while (more);
    }

    /// <summary>Refuses what waits and whatever is to wait from here on: the store is closing.</summary>
    public void Close()
    {
        _closed = true;
        Drain();
    }

    private bool DrainSome(ref List<(SendOperation Operation, SendResult Result)>? done)
    {
        lock (_lock)
        {
            int left = DrainStep;
            SendResult? refusal = _closed ? _context.Stopping : IsRefused(out SendResult refused) ? refused : null;
            while (_waiting.TryPeek(out SendOperation? operation))
            {
                if (left-- == 0)
                {
                    return true;
                }

                // Once it is handed over it may be another message's at any time.
                int bodyLength = operation.BodyLength;
                SendResult? outcome = refusal;
                if (outcome is null && HasWaitedTooLong(operation, out SendResult overdue))
                {
                    outcome = overdue;
                }

                if (outcome is null && (_partitions is not { } partitions || !TryHandOver(operation, partitions, out outcome)))
                {
                    break;
                }

                _waiting.Dequeue();
                _context.Waiting.Leave(bodyLength);
                if (outcome is { } result)
                {
                    (done ??= []).Add((operation, result));
                }
            }

            DropOverdue(ref done);
            if (_waiting.Count == 0 && _lined)
            {
                _lined = false;
                _fullClient = false;
                _context.Waiting.Remove(this);
            }

            return false;
        }
    }

    /// <summary>
    /// Whether Kafka allows the name: 1 to 249 of letters, digits, dot, underscore and hyphen, not . or .. (Topic.java of Kafka).
    /// </summary>
    private static bool IsLegal(ReadOnlySpan<byte> name)
    {
        foreach (byte character in name)
        {
            if (!char.IsAsciiLetterOrDigit((char)character) && character is not ((byte)'.' or (byte)'_' or (byte)'-'))
            {
                return false;
            }
        }

        return name.Length is > 0 and <= MaxNameLength && !name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8);
    }

    private void LineUp(SendOperation operation)
    {
        SendResult refusal;
        lock (_lock)
        {
            if (_closed)
            {
                refusal = _context.Stopping;
            }
            else if (!_context.Waiting.TryEnter(operation.BodyLength))
            {
                refusal = _context.NoRoomToWait;
            }
            else
            {
                operation.WaitsSince = _context.Time.GetTimestamp();
                _waiting.Enqueue(operation);
                if (!_lined)
                {
                    _lined = true;
                    _context.Waiting.Add(this);
                }

                // If the partitions have become known since the caller looked, the next tick finds the message.
                if (_partitions is null)
                {
                    _context.Metadata.Ask(this);
                }

                return;
            }
        }

        _context.Pool.Settle(operation, refusal);
    }

    /// <summary>False when the client has no room; the message keeps its turn. Any other failure is the message's result.</summary>
    private bool TryHandOver(SendOperation operation, KafkaPartition[] partitions, out SendResult? failure)
    {
        failure = null;
        int partition = PartitionRule.ChoosePartition(operation.Request, partitions.Length);
        ErrorCode code = _context.Clients.Produce(operation, partitions[partition]);
        switch (code)
        {
            case ErrorCode.NoError:
                return true;
            case ErrorCode.Local_QueueFull:
                _fullClient = true;
                return false;
            case ErrorCode.Local_Destroy:
                failure = _context.Stopping;
                return true;
            default:
                if (KafkaErrors.ConcernsMetadata(code))
                {
                    _context.Metadata.Ask(this);
                }

                failure = KafkaErrors.NotTaken(code, partition);
                return true;
        }
    }

    private void DropOverdue(ref List<(SendOperation Operation, SendResult Result)>? done)
    {
        // Deadlines need not come in the order of the messages.
        for (int left = _waiting.Count; left > 0; left--)
        {
            SendOperation operation = _waiting.Dequeue();
            if (HasWaitedTooLong(operation, out SendResult result))
            {
                (done ??= []).Add((operation, result));
                _context.Waiting.Leave(operation.BodyLength);
            }
            else
            {
                _waiting.Enqueue(operation);
            }
        }
    }

    private bool HasWaitedTooLong(SendOperation operation, out SendResult result)
    {
        bool late = IsLate(operation, out result);
        TimeSpan limit = _fullClient ? _context.Options.RoomTimeout : _context.Options.MetadataFetchTimeout;
        if (!late && _context.Time.GetElapsedTime(operation.WaitsSince) < limit)
        {
            return false;
        }

        result = (_fullClient, late, _lastAnswer) switch
        {
            (true, false, _) => KafkaErrors.NotTaken(ErrorCode.Local_QueueFull, -1),
            (true, true, _) => result,
            (_, _, MetadataAnswer.Unknown) => KafkaErrors.NotTaken(ErrorCode.UnknownTopicOrPart, -1),
            _ => SendResult.Failed(SendStatus.Timeout, Stored.No, "the Kafka cluster did not say in time which partitions the topic has"),
        };
        return true;
    }

    private bool IsLate(SendOperation operation, out SendResult result)
    {
        if (operation.Request.DeadlineTimestamp is var deadline and > 0 && _context.Time.GetTimestamp() >= deadline)
        {
            result = SendResult.Failed(SendStatus.Timeout, Stored.No, "the deadline came before the message could be handed to Kafka");
            return true;
        }

        result = default;
        return false;
    }

    private sealed record TopicRefusal(SendResult Result, long Until);
}
