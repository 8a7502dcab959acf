namespace Ddmq.Storage.RocketMq.NameServers;

/// <summary>A topic's queues on one broker.</summary>
/// <param name="BrokerName">The broker.</param>
/// <param name="Permission">Bits: 2 write, 4 read.</param>
/// <param name="WriteQueues">Queues to send to: 0 to one less.</param>
internal sealed record RouteQueues(string BrokerName, int Permission, int WriteQueues)
{
    private const int WriteBit = 2;

    /// <summary>Whether producers may send to it. Brokers do not enforce it: honouring it is how operators drain a broker.</summary>
    public bool IsWritable => (Permission & WriteBit) != 0;
}
