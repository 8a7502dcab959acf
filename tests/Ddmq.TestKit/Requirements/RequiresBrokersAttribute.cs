using Ddmq.TestKit.Brokers;

namespace Ddmq.TestKit.Requirements;

/// <summary>
/// A test class that needs real brokers for each of its <see cref="StoreFactAttribute"/> and <see cref="StoreTheoryAttribute"/> tests.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RequiresBrokersAttribute : Attribute
{
    /// <summary>Why the class has to be skipped; null when everything is there.</summary>
    public static string? WhyMissing => KafkaServer.WhyMissing;
}
