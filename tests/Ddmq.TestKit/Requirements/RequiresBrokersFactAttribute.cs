using Ddmq.TestKit.Brokers;
using Xunit;

namespace Ddmq.TestKit.Requirements;

/// <summary>A fact that needs real brokers (Kafka, RocketMQ); skipped, and saying so, where something of them is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresBrokersFactAttribute : FactAttribute
{
    /// <summary>Finds out what is missing.</summary>
    public RequiresBrokersFactAttribute() => Skip = KafkaServer.WhyMissing;
}
