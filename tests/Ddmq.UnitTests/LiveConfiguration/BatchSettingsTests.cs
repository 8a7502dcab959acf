using Ddmq.Config;
using Ddmq.Core.Topics;
using Ddmq.Proxy.LiveConfiguration;
using Ddmq.Storage.RocketMq;
using Ddmq.TestKit.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ddmq.UnitTests.LiveConfiguration;

/// <summary>A change of the batch settings reaches the client that runs, which stays the same.</summary>
public sealed class BatchSettingsTests
{
    [Fact]
    public async Task Apply_BatchSettingsChanged_RunningClientHasThem()
    {
        var clients = new List<RocketMqStore>();
        await using var clusters = new ClusterSet(
            new Cluster("embedded", new MemoryStore()),
            settings =>
            {
                clients.Add(RocketMqStore.Start(
                    ClusterStoreOptions.RocketMq(settings.Name, settings.RocketMq!, new DdmqOptions()), TimeProvider.System, NullLogger.Instance));
                return clients[^1];
            },
            TimeSpan.FromMinutes(5),
            NullLogger<ClusterSet>.Instance);
        var inForce = new SettingsInForce(new TopicCatalog(null, 0), clusters, TimeProvider.System, NullLogger<SettingsInForce>.Instance);

        Apply(inForce, isOn: false, messages: 16);
        RocketMqStore client = Assert.Single(clients);
        Assert.False(client.AutoBatch.Enabled);
        Apply(inForce, isOn: true, messages: 7);

        Assert.Same(client, Assert.Single(clients));
        Assert.Equal((true, 7), (client.AutoBatch.Enabled, client.AutoBatch.MaxMessages));
    }

    private static void Apply(SettingsInForce inForce, bool isOn, int messages)
    {
        var node = new CarreraConfigurationOptions
        {
            UseRocketmq = true,
            UseAutoBatch = isOn,
            RocketmqConfigurationMap = { ["R_a"] = new RocketMqClusterOptions { NamesrvAddrs = ["127.0.0.1:1"] } },
        };
        node.AutoBatch.MaxBatchMessagesNumber = messages;
        _ = inForce.Apply(inForce.Prepare(new ProxySettings("test", node, new Dictionary<string, TopicConfig>())));
    }
}
