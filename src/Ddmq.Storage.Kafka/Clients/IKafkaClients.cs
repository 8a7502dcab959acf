using Confluent.Kafka;
using Ddmq.Storage.Kafka.Metadata;
using Ddmq.Storage.Kafka.Sending;

namespace Ddmq.Storage.Kafka.Clients;

/// <summary>What the sending side and the metadata loop need of the cluster: the real clients, or a test's.</summary>
internal interface IKafkaClients
{
    /// <summary>Hands a message over; its delivery report settles it.</summary>
    /// <returns>
    /// <see cref="ErrorCode.NoError"/> when the client has taken it; otherwise it has not, and never will.
    /// <see cref="ErrorCode.Local_QueueFull"/>: it can be tried again soon. <see cref="ErrorCode.Local_InProgress"/>: it can be tried again when
    /// the partition's first message has come to its end.
    /// </returns>
    ErrorCode Produce(SendOperation operation, KafkaPartition partition);

    /// <summary>Asks the cluster about a topic. Blocks for at most about <paramref name="limit"/>.</summary>
    /// <param name="topic">The topic; null asks whether any broker answers.</param>
    /// <param name="limit">How long the answer may take.</param>
    MetadataReply Ask(string? topic, TimeSpan limit);
}
