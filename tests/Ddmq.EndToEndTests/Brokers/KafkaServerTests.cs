using System.Text;
using Confluent.Kafka;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Requirements;
using Xunit;

namespace Ddmq.EndToEndTests.Brokers;

/// <summary>The kit's Kafka is what tests take it for.</summary>
public sealed class KafkaServerTests
{
    [RequiresBrokersFact]
    public async Task ReadAllAsync_KeysValuesAndHeaders_AreByteForByteWhatWasSent()
    {
        await using KafkaServer server = await KafkaServer.StartAsync();
        await server.CreateTopicAsync("t", partitions: 3);
        byte[] everyByte = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

        await ProduceAsync(server, "t", 0, null, everyByte, ("h", [0, 1]), ("h", []));
        await ProduceAsync(server, "t", 2, [], []);
        await ProduceAsync(server, "t", 2, [0], null);

        IReadOnlyList<KafkaRecord> records = await server.ReadAllAsync("t");
        Assert.Equal([(0, 0), (2, 0), (2, 1)], records.Select(record => (record.Partition, (int)record.Offset)));
        Assert.Equal<byte[]?>([null, [], [0]], records.Select(record => record.Key));
        Assert.Equal<byte[]?>([everyByte, [], null], records.Select(record => record.Value));
        Assert.Equal(["h", "h"], records[0].Headers.Select(header => header.Name));
        Assert.Equal<byte[]?>([[0, 1], []], records[0].Headers.Select(header => header.Value));
    }

    [RequiresBrokersFact]
    public async Task KilledPausedAndRestarted_SamePort_KeepsWhatItAnswered()
    {
        await using KafkaServer server = await KafkaServer.StartAsync();
        string address = server.BootstrapServers;
        await server.CreateTopicAsync("t", partitions: 1);
        await ProduceAsync(server, "t", 0, null, "before"u8.ToArray());

        await server.Process.KillAsync();
        await server.Process.StartAsync();
        await ProduceAsync(server, "t", 0, null, "between"u8.ToArray());
        server.Process.Pause();
        Task<DeliveryResult<byte[]?, byte[]?>> unanswered = ProduceAsync(server, "t", 0, null, "while paused"u8.ToArray());
        Assert.False(unanswered.IsCompleted);
        server.Process.Continue();
        await unanswered;
        await server.Process.RestartAsync();
        await ProduceAsync(server, "t", 0, null, "after"u8.ToArray());

        Assert.Equal(address, server.BootstrapServers);
        Assert.Equal(
            ["before", "between", "while paused", "after"],
            (await server.ReadAllAsync("t")).Select(record => Encoding.UTF8.GetString(record.Value!)));
    }

    [RequiresBrokersFact]
    public async Task StartAsync_TwoAtOnce_AreStrangersToEachOther()
    {
        KafkaServer[] servers = await Task.WhenAll(KafkaServer.StartAsync(), KafkaServer.StartAsync());
        await using KafkaServer first = servers[0];
        await using KafkaServer second = servers[1];
        await first.CreateTopicAsync("t", partitions: 1);
        await second.CreateTopicAsync("t", partitions: 2);

        await ProduceAsync(first, "t", 0, null, "first"u8.ToArray());

        Assert.Equal("first"u8.ToArray(), Assert.Single(await first.ReadAllAsync("t")).Value);
        Assert.Empty(await second.ReadAllAsync("t"));
    }

    [RequiresBrokersFact]
    public async Task StartAsync_ServerThatCannotStart_FailsWithWhatItSaid()
    {
        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => KafkaServer.StartAsync("log.retention.ms=no-number"));

        Assert.Contains("no-number", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<DeliveryResult<byte[]?, byte[]?>> ProduceAsync(
        KafkaServer server, string topic, int partition, byte[]? key, byte[]? value, params (string Name, byte[] Value)[] headers)
    {
        var message = new Message<byte[]?, byte[]?> { Key = key, Value = value, Headers = [] };
        foreach ((string name, byte[] headerValue) in headers)
        {
            message.Headers.Add(name, headerValue);
        }

        using IProducer<byte[]?, byte[]?> producer =
            new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig { BootstrapServers = server.BootstrapServers, LingerMs = 0 }).Build();
        return await producer.ProduceAsync(new TopicPartition(topic, partition), message);
    }
}
