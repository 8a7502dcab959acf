using System.Text;
using Ddmq.Config;
using Ddmq.EndToEndTests.Brokers;
using Ddmq.FunctionalTests.RealClients;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.Storage;
using Xunit;

namespace Ddmq.EndToEndTests.WholePath;

/// <summary>Into Kafka, read back by a consumer of the kit.</summary>
[Collection(KafkaCollection.Name)]
public sealed class KafkaWholePathTests(SharedKafka kafka, PythonClient python) : WholePathTests(python)
{
    private KafkaServer? _server;

    private protected override int Partitions => 5;

    [RequiresBrokersTheory]
    [InlineData("compact")]
    [InlineData("binary")]
    public Task SendAndReadBack_PythonClient_EveryMessageOnceWhereItBelongs(string protocol) => CheckPythonClientAsync(protocol);

    [RequiresBrokersFact]
    public Task SendAndReadBack_CommandLine_EveryMessageOnce() => CheckCommandLineAsync();

    private protected override async Task<string> CreateTopicAsync()
    {
        _server = await kafka.GetAsync();
        string topic = kafka.NewTopic("whole-path");
        await _server.CreateTopicAsync(topic, Partitions, ("max.message.bytes", "4194304"));
        return topic;
    }

    private protected override void Configure(CarreraOptions options)
    {
        options.CarreraConfiguration.UseKafka = true;
        options.CarreraConfiguration.KafkaConfigurationMap[ClusterName] = new KafkaClusterOptions { BootstrapServers = [_server!.BootstrapServers] };
    }

    // Tags lie in a header of their own, whose name no property can have.
    private protected override async Task<IReadOnlyList<ReadBackMessage>> ReadAllAsync(string topic) =>
    [
        .. (await _server!.ReadAllAsync(topic)).Select(record => new ReadBackMessage(
            record.Partition,
            record.Offset,
            record.Key,
            record.Headers.FirstOrDefault(header => header.Name == "TAGS").Value,
            [.. record.Headers.Where(header => header.Name != "TAGS").Select(header => (Encoding.UTF8.GetBytes(header.Name), header.Value ?? []))],
            record.Value ?? [])),
    ];
}
