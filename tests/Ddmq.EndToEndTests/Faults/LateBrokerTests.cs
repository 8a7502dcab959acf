using Ddmq.Config;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Proxy;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.Storage;
using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;
using Xunit;

namespace Ddmq.EndToEndTests.Faults;

/// <summary>
/// A RocketMQ broker that stores at once and whose answers come late: an SDK takes its three attempts meanwhile. With a duplicate window one
/// copy is stored, without one as many as there were attempts.
/// </summary>
public sealed class LateBrokerTests
{
    private const string ClusterName = "C_late";
    private const int SdkAttempts = 3;

    [RequiresBrokersTheory]
    [InlineData(60_000, 1)]
    [InlineData(0, SdkAttempts)]
    public async Task SdkSendsThreeTimes_AnswersComeLate_StoresOneCopyWhereThereIsAWindow(int windowMs, int copies)
    {
        await using Relayed<RocketMqCluster> relayed = await RocketMqNetworkFaults.StartAsync(4);
        await relayed.Server.CreateTopicAsync("late", 1);
        await using TestProxy proxy = await TestProxy.StartAsync(options =>
        {
            options.CarreraConfiguration.UseRocketmq = true;
            options.CarreraConfiguration.RocketmqConfigurationMap[ClusterName] = new RocketMqClusterOptions { NamesrvAddrs = [relayed.Address] };
            options.DefaultTopicInfoConf.Topics =
            [
                new TopicOptions
                {
                    Topic = "late",
                    DuplicateWindowMs = windowMs,
                    TopicUnits = [new TopicUnitOptions { BrokerCluster = ClusterName }],
                },
            ];
        });
        await using ProducerClient client = await proxy.ConnectAsync();
        Assert.Equal(0, (await client.SendSyncAsync(Message("warm-up"), 20_000)).Code);

        relayed.Relay.FreezeAnswers();
        for (int attempt = 1; attempt < SdkAttempts; attempt++)
        {
            Result silent = await client.SendSyncAsync(Message("sent three times"), 50);
            Assert.Equal(12, silent.Code);
            Assert.Contains("; stored=unknown; ", ThriftText.ToText(silent.Msg));
        }

        Task<Result> last = client.SendSyncAsync(Message("sent three times"), 20_000);
        relayed.Relay.Thaw();

        Assert.Equal(0, (await last).Code);
        Assert.Equal(windowMs > 0, ThriftText.ToText((await last).Msg) is { } text && text.StartsWith("OK; duplicate of", StringComparison.Ordinal));
        IReadOnlyList<ReadBackMessage> stored = await relayed.Server.ReadAllAsync("late");
        Assert.Equal(copies, stored.Count(message => message.KeyText == "sent three times"));
    }

    private static Message Message(string key) => new()
    {
        Topic = ThriftText.Utf8("late"),
        Key = ThriftText.Utf8(key),
        Body = ThriftText.Utf8("body"),
        PartitionId = -2,
    };
}
