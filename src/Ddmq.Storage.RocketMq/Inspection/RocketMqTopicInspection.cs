namespace Ddmq.Storage.RocketMq.Inspection;

/// <summary>What the name servers said of one topic. Immutable.</summary>
/// <param name="Name">The topic.</param>
/// <param name="Exists">Whether a name server knows it.</param>
/// <param name="WriteQueues">Queues that messages can be sent to.</param>
/// <param name="ReadOnlyBrokers">Brokers that have the topic and forbid to write to it.</param>
/// <param name="BrokersWithoutMaster">Brokers that have the topic and no master.</param>
public sealed record RocketMqTopicInspection(
    string Name, bool Exists, int WriteQueues, IReadOnlyList<string> ReadOnlyBrokers, IReadOnlyList<string> BrokersWithoutMaster);
