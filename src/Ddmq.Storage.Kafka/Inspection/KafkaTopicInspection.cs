namespace Ddmq.Storage.Kafka.Inspection;

/// <summary>What a cluster said of one topic. Immutable.</summary>
/// <param name="Name">The topic.</param>
/// <param name="Partitions">How many partitions it has; 0 when it is not there or cannot be seen.</param>
/// <param name="WithoutLeader">Partitions that nobody can write to now.</param>
/// <param name="IsForbidden">Whether the brokers refuse to tell: this client has no right to the topic.</param>
/// <param name="MaxMessageBytes">The topic's <c>max.message.bytes</c>; null when it was not told.</param>
public sealed record KafkaTopicInspection(string Name, int Partitions, int WithoutLeader, bool IsForbidden, int? MaxMessageBytes)
{
    /// <summary>Whether the cluster has the topic, as far as this client is told.</summary>
    public bool Exists => Partitions > 0;
}
