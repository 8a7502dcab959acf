using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Ddmq.Core.Topics;
using Ddmq.Storage.RocketMq;
using Ddmq.TestKit.Time;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>
/// When more comes than the broker answers, what it would not come to in time is refused at once. The broker answers eight requests in
/// 80 ms of a clock that the test moves.
/// </summary>
public sealed class EarlyRefusalTests : IAsyncLifetime
{
    private const int InFlight = 8;
    private const int Rounds = 6;
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(80);

    private readonly ManualTimeProvider _time = new();
    private readonly FakeRocketMq _broker = StoreUnderTest.Broker(queues: 1);
    private readonly SemaphoreSlim _gate = new(0);
    private readonly List<Task<SendResult>> _patient = [];

    [Fact]
    public async Task SendAsync_LineTooLongForTheCallsTime_IsRefusedAtOnceAndNeverSent()
    {
        await using StoreUnderTest store = Start();
        await MeasureAsync(store, left: 24);

        Task<SendResult> hurried = store.SendAsync(Message("hurried", 100));

        Assert.True(hurried.IsCompleted);
        SendResult result = await hurried;
        Assert.Equal((SendStatus.RateLimited, Stored.No, false), (result.Status, result.Stored, result.RetryElsewhere));
        Assert.Equal("broker-a has more waiting than it answers in this call's time, try again later", result.Detail);
        Assert.Equal(1, store.Store.Counters.RefusedEarly);
        await EndAsync();
        Assert.DoesNotContain(_broker.Sends, send => send.BodyText == "hurried");
    }

    [Fact]
    public async Task SendAsync_LineShortEnoughForTheCallsTime_WaitsAndIsStored()
    {
        await using StoreUnderTest store = Start();
        await MeasureAsync(store, left: 24);

        Task<SendResult> unhurried = store.SendAsync(Message("unhurried", 10_000));

        Assert.False(unhurried.IsCompleted);
        await EndAsync();
        Assert.True((await unhurried).IsOk);
    }

    [Fact]
    public async Task SendAsync_NobodyWaits_IsNeverRefused()
    {
        await using StoreUnderTest store = Start();
        await MeasureAsync(store, left: 0);

        Task<SendResult> hurried = store.SendAsync(Message("hurried", 1));

        Assert.False(hurried.IsCompleted);
        await EndAsync();
        await hurried;
    }

    [Fact]
    public async Task SendAsync_TopicThatSpools_FailsAsWhatTheSpoolKeeps()
    {
        await using StoreUnderTest store = Start();
        await MeasureAsync(store, left: 24);

        SendResult result = await store.SendAsync(
            Message("hurried", 100, new TopicConfig { Topic = StoreUnderTest.TopicName, Policy = new TopicPolicy { Durability = TopicDurability.SpoolOnFailure } }));

        Assert.Equal((SendStatus.Unknown, Stored.No, false), (result.Status, result.Stored, result.RetryElsewhere));
        await EndAsync();
    }

    [Fact]
    public async Task SendAsync_StrongOrderTopic_WaitsUntilItsDeadline()
    {
        await using StoreUnderTest store = Start();
        await MeasureAsync(store, left: 24);

        Task<SendResult> ordered = store.SendAsync(Message("ordered", 100, new TopicConfig { Topic = StoreUnderTest.TopicName, StrongOrder = true }));

        Assert.False(ordered.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(200));
        SendResult result = await ordered;
        Assert.Equal((SendStatus.Timeout, Stored.No), (result.Status, result.Stored));
        await EndAsync();
    }

    [Fact]
    public async Task SendAsync_RestOfABatch_WaitsUntilItsDeadline()
    {
        await using StoreUnderTest store = Start();
        await MeasureAsync(store, left: 24);
        SendRequest rest = Message("rest", 100);
        rest.IsRestOfBatch = true;

        Task<SendResult> sending = store.SendAsync(rest);

        Assert.False(sending.IsCompleted);
        await EndAsync();
        Assert.True((await sending).IsOk);
    }

    [Fact]
    public async Task SendAsync_TwoBrokers_MayBeTriedOnTheOther()
    {
        await using FakeRocketMq other = StoreUnderTest.Broker(name: "broker-b");
        _broker.Routes[StoreUnderTest.TopicName] = FakeRocketMq.Route(1, _broker, other);
        await using StoreUnderTest store = Start();
        await MeasureAsync(store, left: 24);
        SendRequest request = Message("hurried", 100);

        SendResult refused = await store.SendAsync(request);
        request.Attempt++;
        SendResult stored = await store.SendAsync(request);

        Assert.Equal((SendStatus.RateLimited, true), (refused.Status, refused.RetryElsewhere));
        Assert.Equal((SendStatus.Ok, "broker-b"), (stored.Status, request.LastBroker));
        await EndAsync();
    }

    [Fact]
    public async Task SendAsync_LaneOfAnyQueue_RefusesBySingleMessagesOfItsBatches()
    {
        await using StoreUnderTest store = Start(new AutoBatchSettings { Enabled = true, MaxMessages = InFlight / 2 });
        await MeasureAsync(store, left: 24, autoBatch: true);
        var batched = new TopicConfig { Topic = StoreUnderTest.TopicName, AutoBatch = true };

        Task<SendResult> hurried = store.SendAsync(Message("hurried", 100, batched, partition: -2));
        Task<SendResult> unhurried = store.SendAsync(Message("unhurried", 10_000, batched, partition: -2));

        Assert.True(hurried.IsCompleted);
        SendResult result = await hurried;
        Assert.Equal((SendStatus.RateLimited, Stored.No, false), (result.Status, result.Stored, result.RetryElsewhere));
        Assert.StartsWith("RocketMQ has more waiting", result.Detail, StringComparison.Ordinal);
        Assert.False(unhurried.IsCompleted);
        await EndAsync();
        Assert.True((await unhurried).IsOk);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _broker.DisposeAsync();
        _gate.Dispose();
    }

    private SendRequest Message(string body, int timeoutMs, TopicConfig? config = null, int partition = 0)
    {
        SendRequest request = StoreUnderTest.Message(body, partition);
        request.DeadlineTimestamp = _time.GetTimestamp() + (timeoutMs * _time.TimestampFrequency / 1000);
        if (config is not null)
        {
            request.Topic = new Topic(config, [], new TopicLedger(config.Topic));
        }

        return request;
    }

    private StoreUnderTest Start(AutoBatchSettings? batching = null)
    {
        _broker.OnSend = (request, connection) => _ = Task.Run(async () =>
        {
            await _gate.WaitAsync();
            connection.Reply(request);
        });
        return new StoreUnderTest(
            _time,
            options =>
            {
                options.MaxInFlightPerBroker = InFlight;
                options.CallTimeout = TimeSpan.FromMinutes(1);
                options.AutoBatch = batching ?? options.AutoBatch;
            },
            _broker);
    }

    /// <summary>Lets the broker answer some rounds, each of <see cref="InFlight"/> messages; so many wait behind those in flight at the end.</summary>
    private async Task MeasureAsync(StoreUnderTest store, int left, bool autoBatch = false)
    {
        await store.Store.WarmUpAsync([StoreUnderTest.TopicName], CancellationToken.None);
        Core.Pipeline.Burst.Begin();
        for (int i = 0; i < (InFlight * (1 + Rounds)) + left; i++)
        {
            _patient.Add(store.SendAsync(StoreUnderTest.Message($"{i}", autoBatch ? -2 : 0, autoBatch)));
        }

        Core.Pipeline.Burst.End();
        for (int round = 1; round <= Rounds + 1; round++)
        {
            await StoreUnderTest.UntilAsync(() => SentMessages() == round * InFlight);
            if (round <= Rounds)
            {
                _time.Advance(RoundTrip);
                _gate.Release(autoBatch ? 2 : InFlight);
            }
        }
    }

    private int SentMessages() => _broker.Sends.Sum(send => send.Code == Ddmq.Storage.RocketMq.Remoting.RequestCode.SendBatch ? send.Records().Count : 1);

    private async Task EndAsync()
    {
        _gate.Release(1000);
        Assert.All(await Task.WhenAll(_patient), result => Assert.True(result.IsOk, result.ToString()));
    }
}
