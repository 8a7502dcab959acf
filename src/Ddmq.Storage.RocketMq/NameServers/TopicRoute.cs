namespace Ddmq.Storage.RocketMq.NameServers;

/// <summary>Where messages of a topic go, ready to use. Immutable; replaced whole.</summary>
/// <param name="Queues">The publish list; empty when no queue can be written to.</param>
/// <param name="IsOrdered">The list is configured, and messages of a queue must keep their order.</param>
/// <param name="IsTemplate">The topic does not exist yet: its first message creates it.</param>
/// <param name="HasSeveralBrokers">Whether there is an elsewhere.</param>
/// <param name="Description">Equal for routes that are equal.</param>
internal sealed record TopicRoute(
    PublishQueue[] Queues, bool IsOrdered, bool IsTemplate, bool HasSeveralBrokers, string Description);
