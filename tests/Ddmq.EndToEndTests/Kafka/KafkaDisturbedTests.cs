using Confluent.Kafka;
using Ddmq.Core.Messages;
using Ddmq.Storage.Kafka;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.Storage;
using Xunit;

namespace Ddmq.EndToEndTests.Kafka;

/// <summary>
/// What is Kafka's own about the Kafka store while brokers are unwell. The fault suite (Faults/) holds its answers against what is
/// stored.
/// </summary>
public sealed class KafkaDisturbedTests(SharedKafka kafka) : IClassFixture<SharedKafka>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [RequiresBrokersFact]
    public async Task Trouble_BrokersGoneAndBack_ComesAndGoesWithoutTraffic()
    {
        KafkaServer server = await kafka.GetAsync();
        await using KafkaFixture fixture = await KafkaFixture.CreateAsync(
            server, kafka.NewTopic("trouble"), options => options with { MetadataFetchTimeout = TimeSpan.FromSeconds(1) });
        Assert.True((await SendAsync(fixture, "before")).IsOk);
        Assert.Null(fixture.Kafka.Trouble);

        await server.Process.KillAsync();
        try
        {
            await WaitUntilAsync(() => fixture.Kafka.Trouble is not null);
            Assert.Contains(server.BootstrapServers, fixture.Kafka.Trouble, StringComparison.Ordinal);
        }
        finally
        {
            await server.Process.StartAsync();
        }

        await WaitUntilAsync(() => fixture.Kafka.Trouble is null);
        Assert.True((await SendAsync(fixture, "after")).IsOk);
    }

    [RequiresBrokersFact]
    public async Task SendAsync_ClientIsFull_LaterMessagesWaitAndAreRefusedAsNotStored()
    {
        KafkaServer server = await kafka.GetAsync();
        await using KafkaFixture fixture = await KafkaFixture.CreateAsync(server, kafka.NewTopic("full"), options => options with
        {
            MaxMessageSize = 100_000,
            BufferMemory = 1,
            RoomTimeout = TimeSpan.FromMilliseconds(200),
            DeliveryTimeout = TimeSpan.FromSeconds(50),
        });
        Assert.True((await SendAsync(fixture, "before")).IsOk);

        server.Process.Pause();
        Task<SendResult>[] sends;
        try
        {
            sends = [.. Enumerable.Range(0, 10).Select(i => SendAsync(fixture, new string((char)('a' + i), 40_000)))];
            await WaitUntilAsync(() => sends.Count(send => send.IsCompleted) == 8);
        }
        finally
        {
            server.Process.Continue();
        }

        SendResult[] results = await Task.WhenAll(sends);
        Assert.All(results[..2], result => Assert.True(result.IsOk, result.ToString()));
        Assert.All(results[2..], result => Assert.Equal((SendStatus.Unknown, Stored.No), (result.Status, result.Stored)));
        Assert.InRange(fixture.Kafka.Counters.RoomWaits, 1, 8);
        Assert.Equal(3, (await fixture.ReadAllAsync()).Count);
    }

    [RequiresBrokersFact]
    public async Task SendAsync_BrokersThatCreateNoTopics_SayWhichTopicsThereAre()
    {
        await using KafkaServer server = await KafkaServer.StartAsync("auto.create.topics.enable=false");
        await using KafkaStore store = KafkaFixture.Start(server.BootstrapServers, options => options with
        {
            UnknownTopicTime = TimeSpan.FromSeconds(1),
            TopicCreationTime = TimeSpan.FromMilliseconds(200),
            MetadataMaxAge = TimeSpan.FromSeconds(1),
        });

        SendResult unknown = await store.SendAsync(TestRequests.Create("t", "x")).AsTask().WaitAsync(Patience);
        ValueTask<SendResult> again = store.SendAsync(TestRequests.Create("t", "x"));
        Assert.True(again.IsCompleted);
        Assert.All([unknown, await again], result => Assert.Equal((SendStatus.TopicNotExist, Stored.No), (result.Status, result.Stored)));

        await server.CreateTopicAsync("t", 2);
        await WaitUntilAsync(() => Send().IsOk);
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = server.BootstrapServers }).Build();
        await admin.DeleteTopicsAsync(["t"]);
        await WaitUntilAsync(() => Send() is { Status: SendStatus.TopicNotExist, Stored: Stored.No });

        SendResult Send() => store.SendAsync(TestRequests.Create("t", "x")).AsTask().WaitAsync(Patience).GetAwaiter().GetResult();
    }

    private static Task<SendResult> SendAsync(KafkaFixture fixture, string body) =>
        fixture.Kafka.SendAsync(TestRequests.Create(fixture.Topic, body, partitionId: 0)).AsTask().WaitAsync(Patience);

    // Conditions may block: not on the thread of the test.
    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await Task.Run(condition))
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
