using System.Text;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Ddmq.Core.Topics;
using Ddmq.Storage.RocketMq;
using Ddmq.Storage.RocketMq.Remoting;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.Storage;
using Xunit;

namespace Ddmq.EndToEndTests.RocketMq;

/// <summary>What the RocketMQ store does beyond what every store does, on real brokers. A class for each release derives from it.</summary>
public abstract class RocketMqStoreTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private int Queues => 2 * Cluster.Brokers.Count;

    private RocketMqCluster Cluster { get; set; } = null!;

    [RequiresBrokersTheory]
    [InlineData(-1)]
    [InlineData(-2)]
    public async Task SendAsync_AutoBatch_EachMessageIsStoredOnceWhereItsAnswerSays(int partitionId)
    {
        await using RocketMqFixture fixture = await CreateAsync(options => options.AutoBatch = new AutoBatchSettings { Enabled = true });
        Topic topic = TopicOf(fixture, autoBatch: true);
        const int Callers = 64;
        const int Each = 100;

        (string Key, SendResult Result)[][] answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var own = new (string, SendResult)[Each];
            for (int i = 0; i < Each; i++)
            {
                string key = $"{caller}-{i}";
                SendRequest request = TestRequests.Create(
                    fixture.Topic, "of " + key, key, "tag", partitionId, hashId: caller, properties: [("name", key)]);
                request.Topic = topic;
                own[i] = (key, await SendAsync(fixture, request));
            }

            return own;
        })));

        ILookup<string?, ReadBackMessage> stored = (await fixture.ReadAllAsync()).ToLookup(message => message.KeyText);
        foreach ((string key, SendResult result) in answers.SelectMany(own => own))
        {
            Assert.True(result.IsOk, result.ToString());
            ReadBackMessage message = Assert.Single(stored[key]);
            Assert.Equal((result.Partition, result.Offset, "of " + key), (message.Partition, message.Offset, message.BodyText));
            Assert.Equal("tag"u8.ToArray(), message.Tags);
            (byte[] name, byte[] value) = Assert.Single(message.Properties);
            Assert.Equal(("name", key), (Encoding.UTF8.GetString(name), Encoding.UTF8.GetString(value)));
        }

        RocketMqCounters counters = fixture.RocketMq.Counters;
        Assert.Equal(Callers * Each, counters.Stored);
        Assert.InRange(counters.BatchMessages / (double)counters.Batches, 2, 32);
        Assert.Equal(Queues, answers.SelectMany(own => own).Select(answer => answer.Result.Partition).Distinct().Count());
    }

    [RequiresBrokersFact]
    public async Task SendAsync_AutoBatchOneCallerDoesNotAwait_QueueHasTheOrderOfTheCalls()
    {
        await using RocketMqFixture fixture = await CreateAsync(options => options.AutoBatch = new AutoBatchSettings { Enabled = true });
        Topic topic = TopicOf(fixture, autoBatch: true);

        SendResult[] results = await Task.WhenAll(Enumerable.Range(0, 3000).Select(i =>
        {
            SendRequest request = TestRequests.Create(fixture.Topic, $"{i}", partitionId: i % Queues);
            request.Topic = topic;
            return SendAsync(fixture, request);
        }));

        Assert.All(results, result => Assert.True(result.IsOk, result.ToString()));
        foreach (IGrouping<int, ReadBackMessage> queue in (await fixture.ReadAllAsync()).GroupBy(message => message.Partition))
        {
            Assert.Equal(
                Enumerable.Range(0, 3000).Where(i => i % Queues == queue.Key), queue.Select(message => int.Parse(message.BodyText)));
        }
    }

    [RequiresBrokersTheory]
    [InlineData(HeaderEncoding.Json)]
    [InlineData(HeaderEncoding.Binary)]
    public async Task SendAsync_EitherHeaderEncoding_IsStoredTheSame(HeaderEncoding encoding)
    {
        await using RocketMqFixture fixture = await CreateAsync(options => options.HeaderEncoding = encoding);

        SendResult result = await SendAsync(
            fixture, TestRequests.Create(fixture.Topic, "body", "k \"\\\u4e2d", "tag", partitionId: 1, properties: ("n", "\"\u00e9\\\t/")));

        Assert.True(result.IsOk, result.ToString());
        ReadBackMessage stored = Assert.Single(await fixture.ReadAllAsync());
        Assert.Equal("k \"\\\u4e2d", stored.KeyText);
        Assert.Equal("\"\u00e9\\\t/", Encoding.UTF8.GetString(Assert.Single(stored.Properties).Value));
    }

    [RequiresBrokersFact]
    public async Task SendAsync_Tls_IsStored()
    {
        await using RocketMqFixture fixture = await CreateAsync(options =>
        {
            options.UseTls = true;
            options.TrustAnyCertificate = true;
        });

        SendResult[] results = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(i => SendAsync(fixture, TestRequests.Create(fixture.Topic, $"{i}", partitionId: -2))));

        Assert.All(results, result => Assert.True(result.IsOk, result.ToString()));
        Assert.Equal(200, (await fixture.ReadAllAsync()).Count);
    }

    [RequiresBrokersFact]
    public async Task SendAsync_TopicNobodyCreated_IsCreatedWithItsFirstMessages()
    {
        await using RocketMqFixture fixture = await CreateAsync(_ => { });
        string topic = fixture.Topic + "-created";

        SendResult[] results = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(i => SendAsync(fixture, TestRequests.Create(topic, $"{i}", partitionId: i))));

        Assert.All(results, result => Assert.True(result.IsOk, result.ToString()));

        // A broker answers before the name server has heard of the topic.
        await Cluster.WaitForRouteAsync(topic);
        Assert.Equal(40, (await Cluster.ReadAllAsync(topic)).Count);
        Assert.Equal(4 * Cluster.Brokers.Count, (await Cluster.PublishQueuesAsync(topic)).Count);
    }

    [RequiresBrokersFact]
    public async Task SendAsync_CompressibleBody_IsStoredCompressed()
    {
        await using RocketMqFixture fixture = await CreateAsync(_ => { });

        SendResult result = await SendAsync(fixture, TestRequests.Create(fixture.Topic, new string('x', 50_000)));

        Assert.True(result.IsOk, result.ToString());
        RocketMqStoredMessage stored = Assert.Single(await Cluster.ReadStoredAsync(fixture.Topic));
        Assert.Equal(1, stored.SysFlag & 1);
        Assert.Equal(50_000, stored.Body.Length);
        Assert.Equal(1_767_607_200_123, stored.BornTimestampMs);
        Assert.Matches("^[0-9A-F]{32}$", Encoding.ASCII.GetString(stored.Property("UNIQ_KEY")!));
    }

    [RequiresBrokersFact]
    public async Task SendAsync_TopicIsReadOnly_IsTopicNotExist()
    {
        await using RocketMqFixture fixture = await CreateAsync(_ => { });
        string topic = fixture.Topic + "-readonly";
        await Cluster.CreateTopicAsync(topic, permission: 4);

        SendResult result = await SendAsync(fixture, TestRequests.Create(topic, "x"));

        Assert.Equal((SendStatus.TopicNotExist, Stored.No), (result.Status, result.Stored));
    }

    [RequiresBrokersFact]
    public async Task SendAsync_ManyMoreThanABrokerTakesAtOnce_AllAreStored()
    {
        await using RocketMqFixture fixture = await CreateAsync(options => options.MaxWaiting = 100_000);

        SendResult[] results = await Task.WhenAll(
            Enumerable.Range(0, 20_000).Select(i => SendAsync(fixture, TestRequests.Create(fixture.Topic, $"{i}", partitionId: i))));

        // Without the limit thousands would be answered busy.
        Assert.InRange(results.Count(result => !result.IsOk), 0, 200);
        Assert.Equal(results.Count(result => result.IsOk), (await fixture.ReadAllAsync()).Count);
    }

    /// <summary>The release's cluster.</summary>
    protected abstract Task<RocketMqCluster> GetClusterAsync();

    /// <summary>A topic's name that nobody else uses.</summary>
    protected abstract string NewTopic(string stem);

    private static Task<SendResult> SendAsync(RocketMqFixture fixture, SendRequest request) =>
        fixture.Store.SendAsync(request).AsTask().WaitAsync(Patience);

    private static Topic TopicOf(RocketMqFixture fixture, bool autoBatch) =>
        new(new TopicConfig { Topic = fixture.Topic, AutoBatch = autoBatch }, [], new TopicLedger(fixture.Topic));

    private async Task<RocketMqFixture> CreateAsync(Action<RocketMqStoreOptions> change)
    {
        Cluster = await GetClusterAsync();
        return await RocketMqFixture.CreateAsync(
            Cluster,
            NewTopic("specifics"),
            options =>
            {
                options.CallTimeout = TimeSpan.FromSeconds(30);
                change(options);
            });
    }
}
