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

    /// <summary>How the clients make requests of what they are given.</summary>
    public required RequestLimits Requests { get; init; }

    /// <summary>The answer of a store that is closing.</summary>
    public SendResult Stopping { get; } = SendResult.Refused(SendStatus.ShuttingDown);

    /// <summary>The answer when too much waits already.</summary>
    public SendResult NoRoomToWait { get; } =
        SendResult.Failed(SendStatus.Unknown, Stored.No, "too many messages wait for the Kafka cluster already");

    /// <summary>Whether the message's deadline has come, and what it is answered with.</summary>
    public bool IsLate(SendOperation operation, out SendResult result)
    {
        if (operation.Request.DeadlineTimestamp is var deadline and > 0 && Time.GetTimestamp() >= deadline)
        {
            result = SendResult.Failed(SendStatus.Timeout, Stored.No, "the deadline came before the message could be handed to Kafka");
            return true;
        }

        result = default;
        return false;
    }
}
