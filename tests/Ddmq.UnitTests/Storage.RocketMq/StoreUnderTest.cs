using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Core.Topics;
using Ddmq.Storage.RocketMq;
using Ddmq.TestKit.Proxy;
using Ddmq.TestKit.Storage;
using Ddmq.Thrift.Server.Epoll;

namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>A store that talks to fakes, and what tests of it have in common.</summary>
internal sealed class StoreUnderTest : IAsyncDisposable
{
    public const string TopicName = "T";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly EventLoops _loops = EventLoops.Start(1, null, Burst.Begin, Burst.EndRound);

    public StoreUnderTest(Action<RocketMqStoreOptions> change, params FakeRocketMq[] nameServers)
        : this(TimeProvider.System, change, nameServers)
    {
    }

    public StoreUnderTest(TimeProvider time, Action<RocketMqStoreOptions> change, params FakeRocketMq[] nameServers)
        : this(time, change, isWatched: true, nameServers)
    {
    }

    /// <summary>Starts one whose answers come on event loops, or on threads of the connections' own.</summary>
    public StoreUnderTest(TimeProvider time, Action<RocketMqStoreOptions> change, bool isWatched, params FakeRocketMq[] nameServers)
    {
        var options = new RocketMqStoreOptions
        {
            NameServers = [.. nameServers.Select(server => server.Address)],
            GroupPrefix = "g",
            DrainTimeout = TimeSpan.FromSeconds(1),
        };
        change(options);
        Store = RocketMqStore.Start(options, time, Log, isWatched ? _loops.TryWatch : null);
    }

    public CapturedLog Log { get; } = new();

    public RocketMqStore Store { get; }

    /// <summary>A fake with one topic <see cref="TopicName"/> on itself.</summary>
    public static FakeRocketMq Broker(int queues = 2, string name = "broker-a", System.Security.Cryptography.X509Certificates.X509Certificate2? certificate = null)
    {
        var fake = new FakeRocketMq(name, certificate);
        fake.Routes[TopicName] = FakeRocketMq.Route(queues, fake);
        return fake;
    }

    /// <summary>A message for <see cref="TopicName"/>.</summary>
    public static SendRequest Message(
        string body, int partition = 0, bool autoBatch = false, bool strongOrder = false, int timeoutMs = 0, string topic = TopicName)
    {
        SendRequest request = TestRequests.Create(topic, body, partitionId: partition);
        request.Topic = new Topic(
            new TopicConfig { Topic = topic, AutoBatch = autoBatch, StrongOrder = strongOrder }, [], new TopicLedger(topic));
        if (timeoutMs > 0)
        {
            request.DeadlineTimestamp = TimeProvider.System.GetTimestamp() + (timeoutMs * TimeProvider.System.TimestampFrequency / 1000);
        }

        return request;
    }

    /// <summary>Sends; continues off the store's threads.</summary>
    public Task<SendResult> SendAsync(SendRequest request) => Store.SendAsync(request).AsTask().WaitAsync(Patience);

    public Task<SendResult> SendAsync(string body, int partition = 0, int timeoutMs = 0) =>
        SendAsync(Message(body, partition, timeoutMs: timeoutMs));

    /// <summary>Waits until something is so.</summary>
    public static async Task UntilAsync(Func<bool> isSo)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!isSo())
        {
            await Task.Delay(2, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await _loops.DisposeAsync();
    }
}
