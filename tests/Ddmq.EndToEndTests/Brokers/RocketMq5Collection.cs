using Ddmq.TestKit.Brokers;
using Xunit;

namespace Ddmq.EndToEndTests.Brokers;

/// <summary>The classes that share one RocketMQ 5 and leave it undisturbed.</summary>
[CollectionDefinition(Name)]
public sealed class RocketMq5Collection : ICollectionFixture<SharedRocketMq5>
{
    public const string Name = "shared RocketMQ 5";
}
