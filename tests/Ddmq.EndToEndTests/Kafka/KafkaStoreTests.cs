using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Ddmq.Core.Messages;
using Ddmq.EndToEndTests.Brokers;
using Ddmq.Storage.Kafka;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Proxy;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.Storage;
using Xunit;

namespace Ddmq.EndToEndTests.Kafka;

/// <summary>What is Kafka's own about the Kafka store, on brokers that are well.</summary>
[Collection(KafkaCollection.Name)]
public sealed class KafkaStoreTests(SharedKafka kafka)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [RequiresBrokersFact]
    public async Task SendAsync_TagsAndProperties_AreHeadersInOrderAndTheTimestampIsTheReceipt()
    {
        KafkaServer server = await kafka.GetAsync();
        await using KafkaFixture fixture = await KafkaFixture.CreateAsync(server, kafka.NewTopic("record"));
        SendRequest request = TestRequests.Create(
            fixture.Topic, "body", key: null, tags: "t", properties: [("b", "1"), ("a", "2"), ("b", "3")]);

        Assert.True((await SendAsync(fixture.Kafka, request)).IsOk);

        KafkaRecord record = Assert.Single(await server.ReadAllAsync(fixture.Topic));
        Assert.Null(record.Key);
        Assert.Equal(request.ReceivedUnixMs, record.TimestampMs);
        Assert.Equal(
            [("TAGS", "t"), ("b", "1"), ("a", "2"), ("b", "3")],
            record.Headers.Select(header => (header.Name, Encoding.UTF8.GetString(header.Value!))));
    }

    [RequiresBrokersTheory]
    [InlineData("0", false)]
    [InlineData("1", true)]
    public async Task SendAsync_FewerAcknowledgements_IsOkAsConfiguredAndInOrder(string acks, bool tellsOffset)
    {
        await using KafkaFixture fixture = await KafkaFixture.CreateAsync(
            await kafka.GetAsync(), kafka.NewTopic("acks"), options => options with { Acks = acks });

        // Answers once the broker has taken over every partition: before that it refuses messages, and without acknowledgements unheard.
        Assert.Empty(await fixture.ReadAllAsync());

        SendResult[] results = await Task.WhenAll(
            Enumerable.Range(0, 500).Select(i => SendAsync(fixture.Kafka, TestRequests.Create(fixture.Topic, $"{i}", partitionId: 1))));

        Assert.All(results, result => Assert.True(result is { IsOk: true, Stored: Stored.Yes, Partition: 1 }, result.ToString()));
        Assert.All(results, result => Assert.Equal(tellsOffset, result.Offset >= 0));

        // Without acknowledgements the answer may come before the broker has the message.
        await WaitUntilAsync(async () => (await fixture.ReadAllAsync()).Count == 500);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{i}"), (await fixture.ReadAllAsync()).Select(message => message.BodyText));
    }

    [RequiresBrokersFact]
    public async Task SendAsync_SeveralProducers_KeepEachPartitionsOrder()
    {
        await using KafkaFixture fixture = await KafkaFixture.CreateAsync(
            await kafka.GetAsync(), kafka.NewTopic("producers"), options => options with { Producers = 3 });

        SendResult[] results = await Task.WhenAll(Enumerable.Range(0, 3000).Select(
            i => SendAsync(fixture.Kafka, TestRequests.Create(fixture.Topic, $"{i}", partitionId: i % 3))));

        Assert.All(results, result => Assert.True(result.IsOk, result.ToString()));
        Assert.All(
            (await fixture.ReadAllAsync()).GroupBy(message => message.Partition),
            partition => Assert.Equal(
                Enumerable.Range(0, 3000).Where(i => i % 3 == partition.Key), partition.Select(message => int.Parse(message.BodyText))));
        Assert.Equal((3000, 0), ((int)fixture.Kafka.Counters.Sent, (int)fixture.Kafka.Counters.InFlight));
    }

    [RequiresBrokersFact]
    public async Task SendAsync_LoopsTakeNoMoreDescriptors_ReportsComeOnAThreadOfItsOwn()
    {
        KafkaServer server = await kafka.GetAsync();
        string topic = kafka.NewTopic("unwatched");
        await server.CreateTopicAsync(topic, 1);
        int asked = 0;
        await using KafkaStore store = KafkaFixture.Start(server.BootstrapServers, watch: (_, _) =>
        {
            asked++;
            return false;
        });

        SendResult[] results = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => SendAsync(store, TestRequests.Create(topic, $"{i}"))));

        Assert.All(results, result => Assert.True(result.IsOk, result.ToString()));
        Assert.True(asked > 0);
        Assert.Equal(100, (await server.ReadAllAsync(topic)).Count);
    }

    [RequiresBrokersFact]
    public async Task SendAsync_LargerThanTheTopicAllows_IsIllegalAndNotStored()
    {
        KafkaServer server = await kafka.GetAsync();
        string topic = kafka.NewTopic("small");
        await server.CreateTopicAsync(topic, 1, ("max.message.bytes", "2000"));
        await using KafkaStore store = KafkaFixture.Start(server.BootstrapServers);

        SendResult tooLarge = await SendAsync(store, TestRequests.Create(topic, new byte[3000]));
        SendResult next = await SendAsync(store, TestRequests.Create(topic, "next"));

        Assert.Equal((SendStatus.IllegalMessage, Stored.No), (tooLarge.Status, tooLarge.Stored));
        Assert.True(next.IsOk, next.ToString());
        Assert.Single(await server.ReadAllAsync(topic));
    }

    [RequiresBrokersFact]
    public async Task SendAsync_ClientFailsForGood_IsReplacedOnceAndLoggedOnce()
    {
        // Asked to leave no gap, the client fails for good as soon as the brokers refuse a message.
        KafkaServer server = await kafka.GetAsync();
        string topic = kafka.NewTopic("fatal");
        await server.CreateTopicAsync(topic, 1, ("max.message.bytes", "2000"));
        using var log = new CapturedLog();
        await using KafkaStore store = KafkaStore.Start(
            new KafkaStoreOptions
            {
                BootstrapServers = [server.BootstrapServers],
                Properties = new Dictionary<string, string> { ["enable.gapless.guarantee"] = "true" },
            },
            TimeProvider.System,
            log);
        Assert.True((await SendAsync(store, TestRequests.Create(topic, "before"))).IsOk);

        SendResult refused = await SendAsync(store, TestRequests.Create(topic, new byte[3000]));
        Assert.Equal((SendStatus.IllegalMessage, Stored.No), (refused.Status, refused.Stored));
        SendResult after = default;
        await WaitUntilAsync(async () =>
        {
            after = await SendAsync(store, TestRequests.Create(topic, "after"));
            return after.IsOk || after.Stored != Stored.No;
        });

        Assert.True(after.IsOk, after.ToString());
        Assert.Equal(["before", "after"], (await server.ReadAllAsync(topic)).Select(record => Encoding.UTF8.GetString(record.Value!)));
        Assert.Equal((1, null), ((int)store.Counters.Rebuilds, store.Trouble));
        Assert.Single(log.Lines, line => line.Text.Contains("failed for good", StringComparison.Ordinal));
        Assert.Single(log.Lines, line => line.Text.Contains("has taken the failed one's place", StringComparison.Ordinal));
    }

    [RequiresBrokersFact]
    public async Task SendAsync_BrokersThatAskForTokens_IsStored()
    {
        // Beside the kit's own listener one whose tokens the client makes, and renews, itself.
        await using KafkaServer server = await KafkaServer.StartAsync(
            "listeners=PLAINTEXT://127.0.0.1:{port},SASL_PLAINTEXT://127.0.0.1:{relay},CONTROLLER://127.0.0.1:{next}",
            "advertised.listeners=PLAINTEXT://127.0.0.1:{port},SASL_PLAINTEXT://127.0.0.1:{relay}",
            "sasl.enabled.mechanisms=OAUTHBEARER",
            "listener.name.sasl_plaintext.oauthbearer.sasl.jaas.config="
                + "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"ddmq\";");
        string topic = kafka.NewTopic("tokens");
        await server.CreateTopicAsync(topic);
        await using KafkaStore store = KafkaFixture.Start($"127.0.0.1:{server.Process.RelayPort}", options => options with
        {
            Properties = new Dictionary<string, string>
            {
                ["security.protocol"] = "sasl_plaintext",
                ["sasl.mechanism"] = "OAUTHBEARER",
                ["enable.sasl.oauthbearer.unsecure.jwt"] = "true",
                ["sasl.oauthbearer.config"] = "principal=ddmq",
            },
        });

        SendResult result = await SendAsync(store, TestRequests.Create(topic, "x"));

        Assert.True(result.IsOk, result.ToString());
        Assert.Single(await server.ReadAllAsync(topic));
    }

    [RequiresBrokersFact]
    public async Task SendAsync_SteadyState_AllocatesNothingOnTheCallersThread()
    {
        const int Messages = 200;
        await using KafkaFixture fixture = await KafkaFixture.CreateAsync(await kafka.GetAsync(), kafka.NewTopic("memory"));
        SendRequest[] requests = [.. Enumerable.Range(0, Messages).Select(i =>
            TestRequests.Create(fixture.Topic, new string('x', 100), "key", "tag", i % 3, 0, ("name", "value")))];
        var sends = new ValueTask<SendResult>[Messages];

        // The first rounds fill pools; which round is the first without depends on the broker's pace.
        long allocated = long.MaxValue;
        for (int round = 0; round < 200 && allocated > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Messages; i++)
            {
                sends[i] = fixture.Kafka.SendAsync(requests[i]);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            foreach (ValueTask<SendResult> send in sends)
            {
                SendResult result = await send;
                Assert.True(result.IsOk, result.ToString());
            }

            await Task.Yield();
        }

        Assert.Equal(0, allocated);
    }

    [RequiresBrokersFact]
    public async Task SendAsync_NewTopicAndBrokersThatCreateTopics_IsStored()
    {
        KafkaServer server = await kafka.GetAsync();
        string topic = kafka.NewTopic("created");
        await using KafkaStore store = KafkaFixture.Start(server.BootstrapServers, options => options with
        {
            TopicCreationTime = TimeSpan.FromSeconds(30),
            MetadataFetchTimeout = TimeSpan.FromSeconds(30),
        });

        SendResult result = await SendAsync(store, TestRequests.Create(topic, "first"));

        Assert.True(result.IsOk, result.ToString());
        Assert.Single(await server.ReadAllAsync(topic));
    }

    [RequiresBrokersFact]
    public async Task SendAsync_TopicGetsMorePartitions_TheyAreUsedAfterTheMetadatasAge()
    {
        KafkaServer server = await kafka.GetAsync();
        string topic = kafka.NewTopic("growing");
        await server.CreateTopicAsync(topic, 2);
        await using KafkaStore store = KafkaFixture.Start(
            server.BootstrapServers, options => options with { Producers = 2, MetadataMaxAge = TimeSpan.FromSeconds(1) });
        Assert.Equal(1, (await SendAsync(store, TestRequests.Create(topic, "x", partitionId: 5))).Partition);

        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = server.BootstrapServers }).Build();
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 6 }]);

        await WaitUntilAsync(async () =>
        {
            SendResult result = await SendAsync(store, TestRequests.Create(topic, "x", partitionId: 5));
            Assert.True(result.IsOk, result.ToString());
            return result.Partition == 5;
        });
    }

    [RequiresBrokersFact]
    public async Task WarmUpAsync_BrokersThatAnswer_IsTrueAlsoForUnusableNames()
    {
        KafkaServer server = await kafka.GetAsync();
        string topic = kafka.NewTopic("warm");
        await server.CreateTopicAsync(topic, 2);
        await using KafkaStore store = KafkaFixture.Start(server.BootstrapServers);

        Assert.True(await store.WarmUpAsync([], CancellationToken.None).AsTask().WaitAsync(Patience));
        Assert.True(await store.WarmUpAsync([topic, "not a name"], CancellationToken.None).AsTask().WaitAsync(Patience));

        Assert.Null(store.Trouble);
        SendResult refused = await SendAsync(store, TestRequests.Create("not a name", "x"));
        Assert.Equal((SendStatus.TopicNotExist, Stored.No), (refused.Status, refused.Stored));
        Assert.Equal(1, store.Counters.RefusedUnknownTopics);
    }

    private static Task<SendResult> SendAsync(KafkaStore store, SendRequest request) =>
        store.SendAsync(request).AsTask().WaitAsync(Patience);

    private static async Task WaitUntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            await Task.Delay(50, limit.Token);
        }
    }
}
