namespace Ddmq.TestKit.Brokers;

/// <summary>One RocketMQ 5 cluster of two masters for the tests of a collection.</summary>
public sealed class SharedRocketMq5() : SharedServer<RocketMqCluster>(() => RocketMqCluster.StartAsync(5, brokers: 2));
