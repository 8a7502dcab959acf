using System.Globalization;
using System.Text;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.Storage;
using Xunit;

namespace Ddmq.EndToEndTests.Brokers;

/// <summary>The kit's RocketMQ is what tests take it for.</summary>
public sealed class RocketMqClusterTests
{
    private const int SendMessageV2 = 310;
    private const int BodyCompressed = 1;

    [RequiresBrokersTheory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task ReadAllAsync_TwoBrokers_GivesEachMessageAtItsPlaceInThePublishList(int version)
    {
        await using RocketMqCluster cluster = await RocketMqCluster.StartAsync(version, brokers: 2);
        await cluster.CreateTopicAsync("t", writeQueues: 2);
        byte[] everyByte = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

        await SendAsync(
            cluster.Brokers[1], "t", 1, everyByte, 0, ("KEYS", "k\u00e9y"), ("TAGS", "tag"), ("WAIT", "true"), ("own", "\u4e2d"));
        await SendAsync(cluster.Brokers[0], "t", 0, Pack("packed"), BodyCompressed);
        for (int i = 0; i < 100; i++)
        {
            await SendAsync(cluster.Brokers[0], "t", 1, Encoding.UTF8.GetBytes($"{i}"), 0);
        }

        Assert.Equal(
            [("broker-a", 0), ("broker-a", 1), ("broker-b", 0), ("broker-b", 1)],
            (await cluster.PublishQueuesAsync("t")).Select(queue => (queue.Broker, queue.Id)));
        IReadOnlyList<ReadBackMessage> stored = await cluster.ReadAllAsync("t");
        Assert.Equal((0, 0L, "packed"), (stored[0].Partition, stored[0].Offset, stored[0].BodyText));
        Assert.Null(stored[0].Key);
        Assert.Null(stored[0].Tags);
        Assert.Equal(
            Enumerable.Range(0, 100).Select(i => (1, (long)i, i.ToString(CultureInfo.InvariantCulture))),
            stored.Skip(1).SkipLast(1).Select(message => (message.Partition, message.Offset, message.BodyText)));
        Assert.Equal((3, 0L, "k\u00e9y"), (stored[^1].Partition, stored[^1].Offset, stored[^1].KeyText));
        Assert.Equal("tag"u8.ToArray(), stored[^1].Tags);
        (byte[] name, byte[] value) = Assert.Single(stored[^1].Properties);
        Assert.Equal(("own", "\u4e2d"), (Encoding.UTF8.GetString(name), Encoding.UTF8.GetString(value)));
        Assert.Equal(everyByte, stored[^1].Body);
    }

    [RequiresBrokersTheory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task KilledAndPaused_SamePort_KeepsWhatItAnswered(int version)
    {
        await using RocketMqCluster cluster = await RocketMqCluster.StartAsync(version);
        RocketMqBroker broker = cluster.Brokers[0];
        string address = broker.Address;
        await cluster.CreateTopicAsync("t", writeQueues: 1);
        await SendAsync(broker, "t", 0, "before"u8.ToArray(), 0);

        await broker.Process.KillAsync();
        await broker.Process.StartAsync();
        await SendAsync(broker, "t", 0, "between"u8.ToArray(), 0);
        broker.Process.Pause();
        Task unanswered = SendAsync(broker, "t", 0, "while paused"u8.ToArray(), 0);
        Assert.False(unanswered.IsCompleted);
        broker.Process.Continue();
        await unanswered;

        Assert.Equal(address, broker.Address);
        Assert.Equal(["before", "between", "while paused"], (await cluster.ReadAllAsync("t")).Select(message => message.BodyText));
    }

    private static async Task SendAsync(
        RocketMqBroker broker, string topic, int queue, byte[] body, int sysFlag, params (string Name, string Value)[] properties)
    {
        using RemotingClient client = await RemotingClient.ConnectAsync(broker.Address);
        RemotingReply reply = await client.CallAsync(
            SendMessageV2,
            body,
            ("a", "group"),
            ("b", topic),
            ("c", "TBW102"),
            ("d", "4"),
            ("e", queue.ToString(CultureInfo.InvariantCulture)),
            ("f", sysFlag.ToString(CultureInfo.InvariantCulture)),
            ("g", "1700000000000"),
            ("h", "0"),
            ("i", string.Concat(properties.Select(property => $"{property.Name}\u0001{property.Value}\u0002"))),
            ("j", "0"),
            ("k", "false"),
            ("m", "false"));
        reply.Demand();
    }

    private static byte[] Pack(string text)
    {
        using var packed = new MemoryStream();
        using (var zlib = new System.IO.Compression.ZLibStream(packed, System.IO.Compression.CompressionMode.Compress))
        {
            zlib.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }
}
