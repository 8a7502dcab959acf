using Confluent.Kafka;

namespace Ddmq.Storage.Kafka.Sending;

/// <summary>
/// A partition: which client its brokers know, and whether its leader keeps up. Thread-safe.
/// <para>
/// The first message that a client sends to a partition goes alone: others wait until it is acknowledged. The reason is a gap in the
/// protocol of idempotent producers. A broker refuses a batch whose number does not follow the last one, unless it knows nothing of the
/// producer yet: then it takes any number. So when the first batch is refused (the partition's leader was just being elected) and the
/// second one, sent behind it, is not, the broker begins to count at the second; the client's next try of the first is too late, and
/// librdkafka reports it delivered, because a later one was. Seen on topics a few milliseconds old.
/// </para>
/// </summary>
/// <param name="name">Topic and number.</param>
internal sealed class KafkaPartition(TopicPartition name)
{
    private Contact? _contact;
    private int _overdue;

    /// <summary>Topic and number, as the client wants them.</summary>
    public TopicPartition Name { get; } = name;

    /// <summary>Whether an acknowledgement of its leader is overdue: what may go elsewhere does.</summary>
    public bool IsSlow => Volatile.Read(ref _overdue) > 0;

    /// <summary>A transfer to here has become overdue (1), or an overdue one has ended (-1).</summary>
    public void OverdueChanged(int by) => Interlocked.Add(ref _overdue, by);

    /// <summary>Whether a message may be handed to this client now; if so and it is the client's first, it is the only one for a while.</summary>
    public bool MaySend(object client)
    {
        Contact? contact = Volatile.Read(ref _contact);
        if (ReferenceEquals(contact?.Client, client))
        {
            return contact!.IsMade;
        }

        return Interlocked.CompareExchange(ref _contact, new Contact(client), contact) == contact;
    }

    /// <summary>A message handed to this client was acknowledged, or came to nothing: then the next one is the first.</summary>
    /// <returns>Whether others may have waited for it.</returns>
    public bool Report(object client, bool isAcknowledged)
    {
        Contact? contact = Volatile.Read(ref _contact);
        if (contact is null || contact.IsMade || !ReferenceEquals(contact.Client, client))
        {
            return false;
        }

        if (isAcknowledged)
        {
            contact.IsMade = true;
        }
        else
        {
            Interlocked.CompareExchange(ref _contact, null, contact);
        }

        return true;
    }

    private sealed class Contact(object client)
    {
        private volatile bool _isMade;

        public object Client { get; } = client;

        public bool IsMade
        {
            get => _isMade;
            set => _isMade = value;
        }
    }
}
