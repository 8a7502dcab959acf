using System.Text;
using Confluent.Kafka;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Core.Routing;
using Ddmq.Core.Topics;
using Ddmq.Storage.Kafka.Metadata;

namespace Ddmq.Storage.Kafka.Sending;

/// <summary>
/// A topic as senders see it: the lanes of its partitions, and the messages that wait until the partitions are known. Thread-safe.
/// <para>
/// The order. While anything waits here, <see cref="_lined"/> is set and every further message lines up behind, under the lock. It is cleared
/// under the lock when the last one is in its lane. So a caller whose first message waits finds the flag set with its second, and one that
/// finds it clear knows its earlier messages in their lanes.
/// </para>
/// </summary>
internal sealed class KafkaTopic : IWaitingLine
{
    private const int MaxNameLength = 249;

    private readonly SendContext _context;
    private readonly TopicLookup _lookup;
    private readonly Lock _lock = new();
    private readonly Queue<SendOperation> _waiting = new();
    private readonly KafkaLane _anyPartition;
    private KafkaLane[]? _partitions;
    private TopicRefusal? _refusal;
    private volatile MetadataAnswer _lastAnswer = MetadataAnswer.NotReady;
    private volatile bool _lined;
    private volatile bool _closed;

    public KafkaTopic(byte[] utf8Name, SendContext context)
    {
        Name = Encoding.UTF8.GetString(utf8Name);
        Spread = (uint)Utf8NameComparer.Instance.GetHashCode(utf8Name);
        _context = context;
        _anyPartition = new KafkaLane(context, this, partition: null);
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

    /// <summary>The lanes of the partitions; null while they are not known.</summary>
    public KafkaLane[]? Partitions => Volatile.Read(ref _partitions);

    /// <summary>Puts the message into its lane, or lets it wait until there is one; it is settled either way.</summary>
    public void Send(SendOperation operation)
    {
        if (_context.IsLate(operation, out SendResult late))
        {
            _context.Pool.Settle(operation, late);
        }
        else if (_lined || Partitions is not { } partitions)
        {
            LineUp(operation);
        }
        else
        {
            LaneOf(operation, partitions).Add(operation);
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
                    _partitions?.ElementAtOrDefault(partition) ?? new KafkaLane(_context, this, new KafkaPartition(new TopicPartition(Name, partition))))]);
        }

        _lastAnswer = reply.Answer;
        Sweep();
        return _lookup.NextAsk;
    }

    /// <summary>Whether a warm-up of this topic is over.</summary>
    internal bool IsSettled => _lookup.IsSettled;

    /// <inheritdoc/>
    public bool Sweep()
    {
        List<(SendOperation Operation, SendResult Result)>? done = null;
        bool waits;

        // What goes into a lane together is handed over together.
        Burst.Begin();
        try
        {
            lock (_lock)
            {
                SendResult? refusal = _closed ? _context.Stopping : IsRefused(out SendResult refused) ? refused : null;

                // Looked at once: partitions that become known in the middle must not let the later messages go before the earlier ones.
                KafkaLane[]? partitions = Partitions;
                for (int left = _waiting.Count; left > 0; left--)
                {
                    SendOperation operation = _waiting.Dequeue();
                    if (refusal is { } result || HasWaitedTooLong(operation, out result))
                    {
                        _context.Waiting.Leave(operation.BodyLength);
                        (done ??= []).Add((operation, result));
                    }
                    else if (partitions is not null)
                    {
                        int bodyLength = operation.BodyLength;
                        if (LaneOf(operation, partitions).TryAdd(operation, hasRoom: true) is { } no)
                        {
                            _context.Waiting.Leave(bodyLength);
                            (done ??= []).Add((operation, no));
                        }
                    }
                    else
                    {
                        _waiting.Enqueue(operation);
                    }
                }

                waits = _waiting.Count > 0;
                _lined &= waits;
            }

            // Outside the lock: who awaits a result may send the next message from here. And before the burst ends: what is in the lanes may have to
            // follow these where they go now.
            foreach ((SendOperation operation, SendResult result) in done ?? [])
            {
                _context.Pool.Settle(operation, result);
            }
        }
        finally
        {
            Burst.End();
        }

        return waits;
    }

    /// <summary>A partition or a client takes messages again.</summary>
    public void Retry()
    {
        _anyPartition.Retry();
        foreach (KafkaLane lane in Partitions ?? [])
        {
            lane.Retry();
        }
    }

    /// <summary>Refuses what waits and whatever is to wait from here on: the store is closing.</summary>
    public void Close()
    {
        _closed = true;
        Sweep();
        _anyPartition.Close();
        foreach (KafkaLane lane in Partitions ?? [])
        {
            lane.Close();
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
            else if (!_context.Waiting.TryEnter(operation))
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
                    _context.Waiting.Watch(this);
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

    private KafkaLane LaneOf(SendOperation operation, KafkaLane[] partitions) => operation.Request.PartitionId < -1
        ? _anyPartition
        : partitions[PartitionRule.ChoosePartition(operation.Request, partitions.Length)];

    private bool HasWaitedTooLong(SendOperation operation, out SendResult result)
    {
        bool late = _context.IsLate(operation, out result);
        if (!late && _context.Time.GetElapsedTime(operation.WaitsSince) < _context.Options.MetadataFetchTimeout)
        {
            return false;
        }

        result = _lastAnswer == MetadataAnswer.Unknown
            ? KafkaErrors.NotTaken(ErrorCode.UnknownTopicOrPart, -1)
            : SendResult.Failed(SendStatus.Timeout, Stored.No, "the Kafka cluster did not say in time which partitions the topic has");
        return true;
    }

    private sealed record TopicRefusal(SendResult Result, long Until);
}
