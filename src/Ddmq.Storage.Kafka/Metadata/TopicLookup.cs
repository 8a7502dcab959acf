using Confluent.Kafka;
using Ddmq.Core.Messages;

namespace Ddmq.Storage.Kafka.Metadata;

/// <summary>
/// What is known of one topic and when to ask again.
/// <code>
///            Known ┌─────────► known ──┐ asked again after MetadataMaxAge, or when an error says it changed
///   new ───────────┤             │◄────┘
///    │             │             │ Unknown
///    │ Unknown     │             ▼
///    └─────────────┴──────► being created? ──TopicCreationTime──► refused for UnknownTopicTime, then asked again by the next message
/// </code>
/// Not thread-safe: the thread of the <see cref="MetadataLoop"/> alone uses it. Times are <see cref="TimeProvider.GetTimestamp"/> ticks.
/// </summary>
internal sealed class TopicLookup(KafkaStoreOptions options, TimeProvider time)
{
    /// <summary>How long the store waits before it asks again about a topic that may be in the making.</summary>
    public static readonly TimeSpan Again = TimeSpan.FromMilliseconds(50);

    /// <summary>The client's default for metadata's age.</summary>
    private static readonly TimeSpan DefaultMaxAge = TimeSpan.FromMinutes(5);

    private long? _mayBeCreatedUntil;

    /// <summary>How many partitions the topic has; 0 while that is not known.</summary>
    public int Partitions { get; private set; }

    /// <summary>What messages are answered with until <see cref="RefusedUntil"/>; null when they are not refused.</summary>
    public SendResult? Refusal { get; private set; }

    /// <summary>Until when messages are refused.</summary>
    public long RefusedUntil { get; private set; }

    /// <summary>When to ask again; null: when a message wants to know.</summary>
    public long? NextAsk { get; private set; }

    /// <summary>Whether messages can be sent, or are to be refused; otherwise they wait.</summary>
    public bool IsSettled => Partitions > 0 || Refusal is not null;

    /// <summary>What a message is told that cannot wait any longer.</summary>
    public MetadataReply Last { get; private set; }

    /// <summary>Takes the cluster's answer in.</summary>
    public void Apply(MetadataReply reply)
    {
        long now = time.GetTimestamp();
        Last = reply;
        switch (reply.Answer)
        {
            case MetadataAnswer.Known:
                Partitions = reply.Partitions;
                Refusal = null;
                _mayBeCreatedUntil = null;
                NextAsk = now + Ticks(options.MetadataMaxAge < TimeSpan.Zero ? DefaultMaxAge : options.MetadataMaxAge);
                break;
            case MetadataAnswer.Unknown:
                Partitions = 0;
                _mayBeCreatedUntil ??= now + Ticks(options.TopicCreationTime);
                if (now < _mayBeCreatedUntil)
                {
                    Refusal = null;
                    NextAsk = now + Ticks(Again);
                }
                else
                {
                    Refuse(now, ErrorCode.UnknownTopicOrPart);
                }

                break;
            case MetadataAnswer.Refused:
                Partitions = 0;
                Refuse(now, reply.Code);
                break;
            default:
                // What was known stays in use: the brokers correct it when it is wrong.
                Refusal = null;
                NextAsk = now + Ticks(Again);
                break;
        }
    }

    private void Refuse(long now, ErrorCode code)
    {
        Refusal = KafkaErrors.NotTaken(code, -1);
        RefusedUntil = now + Ticks(options.UnknownTopicTime);
        NextAsk = null;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
