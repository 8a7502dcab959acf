using Ddmq.Storage.Kafka.Native;
using Xunit;

namespace Ddmq.TestKit.Requirements;

/// <summary>A fact that needs the Kafka client's native library, and no broker; skipped, with the reason, where that is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresLibrdKafkaFactAttribute : FactAttribute
{
    /// <summary>Looks for it.</summary>
    public RequiresLibrdKafkaFactAttribute() => Skip = LibrdKafka.WhyMissing;
}
