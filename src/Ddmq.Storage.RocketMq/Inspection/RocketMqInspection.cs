namespace Ddmq.Storage.RocketMq.Inspection;

/// <summary>What the servers of a RocketMQ cluster said when they were asked. Immutable.</summary>
/// <param name="NameServers">Every name server of the settings, in their order.</param>
/// <param name="Brokers">Every broker that a name server knows, by name.</param>
/// <param name="Topics">The topics that were asked about, in that order; empty when no name server answered.</param>
/// <param name="CreatingBrokers">The brokers that create a topic when its first message comes.</param>
public sealed record RocketMqInspection(
    IReadOnlyList<NameServerInspection> NameServers,
    IReadOnlyList<BrokerInspection> Brokers,
    IReadOnlyList<RocketMqTopicInspection> Topics,
    IReadOnlyList<string> CreatingBrokers);
