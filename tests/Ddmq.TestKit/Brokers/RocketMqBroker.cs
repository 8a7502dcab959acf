namespace Ddmq.TestKit.Brokers;

/// <summary>One broker of a <see cref="RocketMqCluster"/>.</summary>
/// <param name="Name">Its name in the cluster.</param>
/// <param name="Process">To stop, kill, pause and start it again.</param>
public sealed record RocketMqBroker(string Name, BrokerProcess Process)
{
    /// <summary>Where it listens itself, whatever it tells the name server.</summary>
    public string Address => Process.Address;
}
