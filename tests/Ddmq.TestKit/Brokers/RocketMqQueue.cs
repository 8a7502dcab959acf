namespace Ddmq.TestKit.Brokers;

/// <summary>One queue of a topic that can be written to.</summary>
/// <param name="Broker">The name of its broker.</param>
/// <param name="Id">Its number on that broker.</param>
public readonly record struct RocketMqQueue(string Broker, int Id);
