using Ddmq.Core.Messages;
using Ddmq.Storage.Kafka.Clients;
using Ddmq.Storage.Kafka.Metadata;
using Ddmq.Storage.Kafka.Metrics;

namespace Ddmq.Storage.Kafka.Sending;

/// <summary>What the topics of one store share.</summary>
internal sealed class SendContext
{
    public required KafkaStoreOptions Options { get; init; }

    public required TimeProvider Time { get; init; }

    public required KafkaStoreCounters Counters { get; init; }

    public required OperationPool Pool { get; init; }

    public required IKafkaClients Clients { get; init; }

    public required WaitingMessages Waiting { get; init; }

    public required MetadataLoop Metadata { get; init; }

    /// <summary>The answer of a store that is closing.</summary>
    public SendResult Stopping { get; } = SendResult.Refused(SendStatus.ShuttingDown);

    /// <summary>The answer when too much waits already.</summary>
    public SendResult NoRoomToWait { get; } =
        SendResult.Failed(SendStatus.Unknown, Stored.No, "too many messages wait for the Kafka cluster already");
}
