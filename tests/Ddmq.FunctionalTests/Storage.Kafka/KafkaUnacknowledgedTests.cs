using Confluent.Kafka;
using Ddmq.Core.Messages;
using Ddmq.Storage.Kafka;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.Storage;
using Xunit;

namespace Ddmq.FunctionalTests.Storage.Kafka;

/// <summary>What a message's producer is told that the brokers did not acknowledge in time: not stored only where that is certain.</summary>
public sealed class KafkaUnacknowledgedTests : IDisposable
{
    private const string Topic = "unacknowledged";

    // More than are tried in that time: the client waits 100 ms before each.
    private const int AllTries = 1000;

    private static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly KafkaMockCluster _cluster = new();

    public KafkaUnacknowledgedTests() => _cluster.CreateTopic(Topic, 1);

    public void Dispose() => _cluster.Dispose();

    [RequiresLibrdKafkaFact]
    public async Task SendAsync_BrokerSaysItDoesNotLead_MayBeStored()
    {
        await using KafkaStore store = Start();
        Assert.True((await SendAsync(store)).IsOk);

        // What a broker says, too, that lost the lead when it had appended the message.
        _cluster.AnswerWith(ErrorCode.NotLeaderForPartition, AllTries);
        SendResult result = await SendAsync(store);

        Assert.Equal((SendStatus.Timeout, Stored.Unknown), (result.Status, result.Stored));
    }

    [RequiresLibrdKafkaFact]
    public async Task SendAsync_BrokerIsGone_IsNotStored()
    {
        await using KafkaStore store = Start();
        Assert.True((await SendAsync(store)).IsOk);

        _cluster.TakeDown();
        using var waiting = new CancellationTokenSource(Patience);
        while (store.Trouble is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), waiting.Token);
        }

        SendResult result = await SendAsync(store);

        Assert.Equal((SendStatus.Timeout, Stored.No), (result.Status, result.Stored));
    }

    private static Task<SendResult> SendAsync(KafkaStore store) =>
        store.SendAsync(TestRequests.Create(Topic, [1, 2, 3], "key", hashId: 0)).AsTask().WaitAsync(Patience);

    private KafkaStore Start() =>
        KafkaFixture.Start(_cluster.BootstrapServers, options => options with { DeliveryTimeout = DeliveryTimeout, CloseTimeout = DeliveryTimeout });
}
