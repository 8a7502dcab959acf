using Ddmq.Config;
using Ddmq.FunctionalTests.RealClients;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Storage;

namespace Ddmq.EndToEndTests.WholePath;

/// <summary>Into RocketMQ, read back by the kit's own pulling.</summary>
public abstract class RocketMqWholePathTests(PythonClient python) : WholePathTests(python)
{
    private const int QueuesOfABroker = 3;

    private RocketMqCluster? _cluster;

    private protected override int Partitions => QueuesOfABroker * _cluster!.Brokers.Count;

    /// <summary>The cluster, and a topic's name that nobody else uses.</summary>
    private protected abstract Task<(RocketMqCluster Cluster, string Topic)> ClusterAsync();

    private protected override async Task<string> CreateTopicAsync()
    {
        (_cluster, string topic) = await ClusterAsync();
        await _cluster.CreateTopicAsync(topic, QueuesOfABroker);
        return topic;
    }

    private protected override void Configure(CarreraOptions options)
    {
        options.CarreraConfiguration.UseRocketmq = true;
        options.CarreraConfiguration.RocketmqConfigurationMap[ClusterName] = new RocketMqClusterOptions { NamesrvAddrs = [_cluster!.NameServerAddress] };
    }

    private protected override Task<IReadOnlyList<ReadBackMessage>> ReadAllAsync(string topic) => _cluster!.ReadAllAsync(topic);
}
