using Ddmq.TestKit.Brokers;
using Xunit;

namespace Ddmq.TestKit.Requirements;

/// <summary>
/// A theory that needs real brokers (Kafka, RocketMQ); skipped as a whole, and saying so, where something of them is missing.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresBrokersTheoryAttribute : TheoryAttribute
{
    /// <summary>Finds out what is missing.</summary>
    public RequiresBrokersTheoryAttribute() => Skip = KafkaServer.WhyMissing;
}
