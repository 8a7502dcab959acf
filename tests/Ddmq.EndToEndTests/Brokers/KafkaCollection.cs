using Ddmq.TestKit.Brokers;
using Xunit;

namespace Ddmq.EndToEndTests.Brokers;

/// <summary>The classes that share one Kafka and leave it undisturbed.</summary>
[CollectionDefinition(Name)]
public sealed class KafkaCollection : ICollectionFixture<SharedKafka>
{
    public const string Name = "shared Kafka";
}
