using Ddmq.TestKit.Brokers;
using Xunit;

namespace Ddmq.EndToEndTests.Brokers;

/// <summary>The classes that share one RocketMQ 4 and leave it undisturbed.</summary>
[CollectionDefinition(Name)]
public sealed class RocketMq4Collection : ICollectionFixture<SharedRocketMq4>
{
    public const string Name = "shared RocketMQ 4";
}
