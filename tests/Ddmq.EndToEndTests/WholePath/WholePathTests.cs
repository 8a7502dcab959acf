using System.Text;
using Ddmq.Config;
using Ddmq.Core.Routing;
using Ddmq.FunctionalTests.Cli;
using Ddmq.FunctionalTests.RealClients;
using Ddmq.TestKit.Proxy;
using Ddmq.TestKit.Storage;
using Xunit;

namespace Ddmq.EndToEndTests.WholePath;

/// <summary>
/// From a client program through the whole proxy into a real broker, and read back there without the proxy: the command line and Apache
/// Thrift's Python client. Every message once, byte for byte, in the partition the original would have chosen.
/// </summary>
public abstract class WholePathTests(PythonClient python) : IClassFixture<PythonClient>
{
    private protected const string ClusterName = "C_real";

    /// <summary>Partitions (or queues) of the topic.</summary>
    private protected abstract int Partitions { get; }

    /// <summary>Makes the topic.</summary>
    private protected abstract Task<string> CreateTopicAsync();

    /// <summary>Names the cluster in the proxy's configuration.</summary>
    private protected abstract void Configure(CarreraOptions options);

    /// <summary>Everything in the topic.</summary>
    private protected abstract Task<IReadOnlyList<ReadBackMessage>> ReadAllAsync(string topic);

    private protected async Task CheckPythonClientAsync(string protocol)
    {
        string topic = await CreateTopicAsync();
        await using TestProxy proxy = await StartAsync(topic);

        IReadOnlyList<SentMessage> sent = python.Run(proxy.Thrift, protocol, topic, "calls");

        Assert.All(sent, message => Assert.Equal((0, "OK"), (message.Code, message.Msg)));
        RealClientTests.AssertDemanding(sent);
        IReadOnlyList<ReadBackMessage> stored = await ReadAllAsync(topic);
        Assert.Equal(sent.Select(Content).Order(StringComparer.Ordinal), stored.Select(Content).Order(StringComparer.Ordinal));
        Dictionary<string, SentMessage> byContent = sent.ToDictionary(Content);
        Assert.All(stored, message =>
        {
            SentMessage asked = byContent[Content(message)];
            if (asked.PartitionId is >= -1 and { } partition)
            {
                Assert.Equal(PartitionRule.ChoosePartition(partition, asked.HashId, Partitions), message.Partition);
            }
        });
    }

    private protected async Task CheckCommandLineAsync()
    {
        string topic = await CreateTopicAsync();
        await using TestProxy proxy = await StartAsync(topic);

        CliRun run = await CliRun.RunAsync(
            ["send", topic, "first", "--count", "2", "--key", "k1", "--tag", "t1", "--property", "name=value", "--proxy", proxy.Thrift.ToString()]);

        Assert.True(run.ExitCode == 0, run.Error);
        IReadOnlyList<ReadBackMessage> stored = await ReadAllAsync(topic);
        Assert.Equal(["first", "first"], stored.Select(message => message.BodyText));
        Assert.All(stored, message =>
        {
            Assert.Equal("k1", message.KeyText);
            Assert.Equal("t1", Encoding.UTF8.GetString(message.Tags!));
            Assert.Equal([("name", "value")], message.Properties.Select(property => (Encoding.UTF8.GetString(property.Name), Encoding.UTF8.GetString(property.Value))));
        });
    }

    private Task<TestProxy> StartAsync(string topic) => TestProxy.StartAsync(options =>
    {
        Configure(options);
        options.DefaultTopicInfoConf.Topics =
        [
            new TopicOptions { Topic = topic, TopicUnits = [new TopicUnitOptions { BrokerCluster = ClusterName }] },
        ];
    });

    // An empty key or tag is none: RocketMQ cannot tell them apart.
    private static string Content(SentMessage message) => MessageContent.Describe(
        string.IsNullOrEmpty(message.Key) ? null : message.Key, string.IsNullOrEmpty(message.Tags) ? null : message.Tags, message.Properties, message.Body);

    private static string Content(ReadBackMessage message) => MessageContent.Describe(
        message.Key is { Length: > 0 } key ? Encoding.UTF8.GetString(key) : null,
        message.Tags is { Length: > 0 } tags ? Encoding.UTF8.GetString(tags) : null,
        message.Properties.ToDictionary(property => Encoding.UTF8.GetString(property.Name), property => Encoding.UTF8.GetString(property.Value)),
        message.Body);
}
