namespace Ddmq.TestKit.Brokers;

/// <summary>One RocketMQ 4 cluster of two masters for the tests of a collection.</summary>
public sealed class SharedRocketMq4() : SharedServer<RocketMqCluster>(() => RocketMqCluster.StartAsync(4, brokers: 2));
