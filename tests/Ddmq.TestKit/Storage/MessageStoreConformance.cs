using System.Text;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Ddmq.Core.Routing;
using Ddmq.Core.Topics;
using Ddmq.TestKit.Requirements;
using Xunit;

namespace Ddmq.TestKit.Storage;

/// <summary>
/// What every <see cref="Ddmq.Core.Storage.IMessageStore"/> owes, as facts. To run it against an adapter: derive a class in a
/// test project and give it the adapter's <see cref="MessageStoreFixture"/>; each fact gets a fresh one.
/// </summary>
public abstract class MessageStoreConformance : IAsyncLifetime
{
    private const int Callers = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private MessageStoreFixture? _fixture;

    /// <summary>Every byte there is, zero first.</summary>
    public static byte[] EveryByte => [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    private MessageStoreFixture Fixture => _fixture ?? throw new InvalidOperationException("not initialised");

    /// <summary>A new store with an empty topic.</summary>
    protected abstract Task<MessageStoreFixture> CreateFixtureAsync();

    /// <inheritdoc/>
    public async Task InitializeAsync() => _fixture = await CreateFixtureAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync() => await Fixture.DisposeAsync();

    [StoreFact]
    public async Task SendAsync_WholeMessage_IsStoredOnceByteForByteAtThePlaceTheResultNames()
    {
        (string Name, string Value)[] properties = Fixture.KeepsPropertiesAsGiven
            ? [("n1", "v1"), ("\u4e2d", "\u6587 \U0001F600"), ("n1", "")]
            : [("n1", "v1"), ("n2", "v 2="), ("\u4e2d", "\u6587 \U0001F600")];
        SendRequest request = TestRequests.Create(Fixture.Topic, EveryByte, "k\u00e9y", "t\u00e4g", properties: properties);

        SendResult result = await SendAsync(request);

        Assert.Equal((SendStatus.Ok, Stored.Yes), (result.Status, result.Stored));
        ReadBackMessage stored = Assert.Single(await Fixture.ReadAllAsync());
        Assert.Equal((result.Partition, result.Offset), (stored.Partition, stored.Offset));
        Assert.Equal("k\u00e9y"u8.ToArray(), stored.Key);
        Assert.Equal("t\u00e4g"u8.ToArray(), stored.Tags);
        IEnumerable<(string Name, string Value)> kept =
            stored.Properties.Select(property => (Encoding.UTF8.GetString(property.Name), Encoding.UTF8.GetString(property.Value)));
        Assert.Equal(properties, Fixture.KeepsPropertiesAsGiven ? kept : kept.OrderBy(property => property.Name, StringComparer.Ordinal));
        Assert.Equal(EveryByte, stored.Body);
    }

    [StoreTheory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(4096, 0xFF)]
    [InlineData(4097, 0x80)]
    [InlineData(200_000, 0)]
    public async Task SendAsync_BodyOfOneByteRepeated_IsStoredByteForByte(int length, byte value)
    {
        byte[] body = new byte[length];
        body.AsSpan().Fill(value);

        SendResult result = await SendAsync(TestRequests.Create(Fixture.Topic, body, "key"));

        Assert.True(result.IsOk, result.ToString());
        Assert.Equal(body, Assert.Single(await Fixture.ReadAllAsync()).Body);
    }

    [StoreTheory]
    [InlineData(null, null)]
    [InlineData("", "")]
    [InlineData("k", null)]
    [InlineData(null, "t")]
    public async Task SendAsync_KeyOrTagsAbsentOrEmpty_AreStoredAsThatAndNotAsTheOther(string? key, string? tags)
    {
        SendResult result = await SendAsync(TestRequests.Create(Fixture.Topic, "body", key, tags));

        Assert.True(result.IsOk, result.ToString());
        ReadBackMessage stored = Assert.Single(await Fixture.ReadAllAsync());
        Assert.Equal(Expected(key), stored.Key);
        Assert.Equal(Expected(tags), stored.Tags);

        byte[]? Expected(string? text) => text switch
        {
            null => null,
            "" when !Fixture.TellsAbsentFromEmpty => null,
            _ => Encoding.UTF8.GetBytes(text),
        };
    }

    [StoreTheory]
    [InlineData(0, 5)]
    [InlineData(1, 5)]
    [InlineData(1_000_003, 5)]
    [InlineData(-1, 0)]
    [InlineData(-1, 7)]
    [InlineData(-1, -7)]
    [InlineData(-1, long.MaxValue)]
    [InlineData(-1, long.MinValue)]
    public async Task SendAsync_PartitionGivenOrHashed_FollowsTheRule(int partitionId, long hashId)
    {
        SendResult result = await SendAsync(TestRequests.Create(Fixture.Topic, "body", partitionId: partitionId, hashId: hashId));

        Assert.Equal(PartitionRule.ChoosePartition(partitionId, hashId, Fixture.PartitionCount), result.Partition);
        Assert.Equal(result.Partition, Assert.Single(await Fixture.ReadAllAsync()).Partition);
    }

    [StoreFact]
    public async Task SendAsync_PartitionLeftToTheStore_ReachesMoreThanOne()
    {
        // With n >= 2 partitions 200 random choices are all alike once in 2^199 runs.
        SendResult[] results = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(_ => SendAsync(TestRequests.Create(Fixture.Topic, "body", partitionId: -2))));

        Assert.All(results, result => Assert.True(result.IsOk, result.ToString()));
        Assert.InRange(results.Select(result => result.Partition).Distinct().Count(), 2, Fixture.PartitionCount);
        Assert.Equal(200, (await Fixture.ReadAllAsync()).Count);
    }

    [StoreFact]
    public async Task SendAsync_OneCallerDoesNotAwaitInBetween_PartitionHasTheOrderOfTheCalls()
    {
        const int Messages = 2000;
        var sends = new List<Task<SendResult>>();

        var strongOrder = new Topic(new TopicConfig { Topic = Fixture.Topic, StrongOrder = true }, [], new TopicLedger(Fixture.Topic));

        for (int i = 0; i < Messages; i++)
        {
            SendRequest request = TestRequests.Create(Fixture.Topic, $"{i}", partitionId: i % 2);
            request.Topic = Fixture.KeepsOrderOfEveryTopic ? null : strongOrder;
            sends.Add(SendAsync(request));
        }

        SendResult[] results = await Task.WhenAll(sends);

        Assert.All(results, result => Assert.True(result.IsOk, result.ToString()));
        IReadOnlyList<ReadBackMessage> stored = await Fixture.ReadAllAsync();
        for (int partition = 0; partition < 2; partition++)
        {
            Assert.Equal(
                Enumerable.Range(0, Messages).Where(i => i % 2 == partition),
                stored.Where(message => message.Partition == partition).Select(message => int.Parse(message.BodyText)));
        }
    }

    [StoreFact]
    public async Task SendAsync_BodyOfMaxMessageSize_IsStored()
    {
        byte[] body = new byte[Fixture.Store.MaxMessageSize];
        new Random(1).NextBytes(body);

        SendResult result = await SendAsync(TestRequests.Create(Fixture.Topic, body));

        Assert.True(result.IsOk, result.ToString());
        Assert.Equal(body, Assert.Single(await Fixture.ReadAllAsync()).Body);
    }

    [StoreFact]
    public async Task SendAsync_BodyOverMaxMessageSize_IsRefusedAndTheNextMessageIsStored()
    {
        byte[] body = new byte[Fixture.Store.MaxMessageSize + 1];

        SendResult tooLarge = await SendAsync(TestRequests.Create(Fixture.Topic, body));
        SendResult next = await SendAsync(TestRequests.Create(Fixture.Topic, "next"));

        Assert.Equal((SendStatus.IllegalMessage, Stored.No), (tooLarge.Status, tooLarge.Stored));
        Assert.True(next.IsOk, next.ToString());
        Assert.Equal("next", Assert.Single(await Fixture.ReadAllAsync()).BodyText);
    }

    [StoreFact]
    public async Task SendAsync_ManyCallersAtOnce_EachMessageIsAnsweredOnceAndStoredOnceWhereItsAnswerSays()
    {
        const int Each = 100;

        (string Key, SendResult Result)[][] answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var own = new (string, SendResult)[Each];
            for (int i = 0; i < Each; i++)
            {
                string key = $"{caller}-{i}";
                own[i] = (key, await SendAsync(TestRequests.Create(Fixture.Topic, "of " + key, key, hashId: caller)));
            }

            return own;
        })));

        Assert.All(answers.SelectMany(own => own), answer => Assert.True(answer.Result.IsOk, answer.ToString()));
        await AssertTruthful(answers.SelectMany(own => own));
    }

    [StoreFact]
    public async Task SendAsync_RequestReusedForTheNextMessage_TheStoredOnesKeepTheirBytes()
    {
        byte[] body = new byte[1000];
        byte[] key = new byte[4];
        var request = new SendRequest();

        for (byte i = 0; i < 50; i++)
        {
            body.AsSpan().Fill(i);
            key.AsSpan().Fill((byte)('a' + (i % 26)));
            request.TopicName = Encoding.UTF8.GetBytes(Fixture.Topic);
            request.Body = body;
            request.Key = key;
            request.PartitionId = 0;
            Assert.True((await SendAsync(request)).IsOk);
            request.Reset();
        }

        body.AsSpan().Fill(0xEE);
        IReadOnlyList<ReadBackMessage> stored = await Fixture.ReadAllAsync();
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (byte)i), stored.Select(message => Assert.Single(message.Body.Distinct())));
        Assert.Equal(
            Enumerable.Range(0, 50).Select(i => new string((char)('a' + (i % 26)), 4)), stored.Select(message => message.KeyText));
    }

    [StoreFact]
    public async Task DisposeAsync_SendsInFlight_EveryOneIsAnsweredTruthfully()
    {
        var sends = new List<(string Key, Task<SendResult> Result)>();
        for (int i = 0; i < 3000; i++)
        {
            string key = $"k{i}";
            sends.Add((key, SendAsync(TestRequests.Create(Fixture.Topic, "of " + key, key, hashId: i))));
        }

        await Fixture.Store.DisposeAsync().AsTask().WaitAsync(Patience);

        await Task.WhenAll(sends.Select(send => send.Result)).WaitAsync(Patience);
        Assert.All(sends, send => Assert.True(
            send.Result.Result is { IsOk: true, Stored: Stored.Yes } || IsStopping(send.Result.Result),
            send.Result.Result.ToString()));
        await AssertTruthful(sends.Select(send => (send.Key, send.Result.Result)));
    }

    [StoreFact]
    public async Task DisposeAsync_WhileCallersGoOnSending_EveryOneIsAnsweredTruthfully()
    {
        var firstAnswers = new CountdownEvent(Callers);
        Task<List<(string Key, SendResult Result)>>[] callers = [.. Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var own = new List<(string, SendResult)>();
            SendResult result;
            do
            {
                string key = $"{caller}-{own.Count}";
                result = await SendAsync(TestRequests.Create(Fixture.Topic, "of " + key, key, hashId: caller));
                own.Add((key, result));
                if (own.Count == 1)
                {
                    firstAnswers.Signal();
                }
            }
            while (result.IsOk);

            return own;
        }))];

        await Task.Run(firstAnswers.Wait);
        await Fixture.Store.DisposeAsync().AsTask().WaitAsync(Patience);

        List<(string Key, SendResult Result)>[] answers = await Task.WhenAll(callers).WaitAsync(Patience);
        Assert.All(answers, own => Assert.True(IsStopping(own[^1].Result), own[^1].Result.ToString()));
        await AssertTruthful(answers.SelectMany(own => own));
    }

    [StoreFact]
    public async Task SendAsync_AfterDispose_IsAnsweredShuttingDown()
    {
        Assert.True((await SendAsync(TestRequests.Create(Fixture.Topic, "before"))).IsOk);
        await Fixture.Store.DisposeAsync();

        SendResult result = await SendAsync(TestRequests.Create(Fixture.Topic, "after"));

        Assert.Equal((SendStatus.ShuttingDown, Stored.No), (result.Status, result.Stored));
        Assert.Equal("before", Assert.Single(await Fixture.ReadAllAsync()).BodyText);
    }

    [StoreFact]
    public async Task DisposeAsync_Twice_IsFine()
    {
        await Fixture.Store.DisposeAsync();

        await Fixture.Store.DisposeAsync();

        Assert.Equal(SendStatus.ShuttingDown, (await SendAsync(TestRequests.Create(Fixture.Topic, "after"))).Status);
    }

    private Task<SendResult> SendAsync(SendRequest request) => Fixture.Store.SendAsync(request).AsTask().WaitAsync(Patience);

    // Code 20 promises that the message is not stored; what was sent and not acknowledged is 10.
    private static bool IsStopping(SendResult result) =>
        result is { Status: SendStatus.ShuttingDown, Stored: Stored.No } or { Status: SendStatus.Unknown, Stored: Stored.Unknown };

    private static string Extent(IReadOnlyList<ReadBackMessage> messages) => string.Join(", ", messages
        .GroupBy(message => message.Partition).OrderBy(partition => partition.Key)
        .Select(partition => $"partition {partition.Key}: {partition.Count()} up to offset {partition.Max(message => message.Offset)}"));

    /// <summary>Yes: there once, where the result says, with its body. No: not there. Unknown: at most once.</summary>
    private async Task AssertTruthful(IEnumerable<(string Key, SendResult Result)> answers)
    {
        IReadOnlyList<ReadBackMessage> all = await Fixture.ReadAllAsync();
        ILookup<string?, ReadBackMessage> stored = all.ToLookup(message => message.KeyText);
        foreach ((string key, SendResult result) in answers)
        {
            ReadBackMessage[] found = [.. stored[key]];
            switch (result.Stored)
            {
                case Stored.Yes:
                    Assert.True(found.Length == 1, $"{key} was answered {result} and is there {found.Length} times; read back: {Extent(all)}");
                    ReadBackMessage message = found[0];
                    Assert.Equal((result.Partition, result.Offset, "of " + key), (message.Partition, message.Offset, message.BodyText));
                    break;
                case Stored.No:
                    Assert.Empty(found);
                    break;
                default:
                    Assert.InRange(found.Length, 0, 1);
                    break;
            }
        }
    }
}
