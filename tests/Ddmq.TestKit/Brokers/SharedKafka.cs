namespace Ddmq.TestKit.Brokers;

/// <summary>One Kafka node for the tests of a collection.</summary>
public sealed class SharedKafka() : SharedServer<KafkaServer>(() => KafkaServer.StartAsync());
