using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Ddmq.Core.Messages;
using Ddmq.Storage.Kafka;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.Storage;
using Xunit;

namespace Ddmq.EndToEndTests.Kafka;

/// <summary>Starting and stopping where there is no broker: only what cannot be is an error.</summary>
public sealed class KafkaStartTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [RequiresBrokersTheory]
    [InlineData("no.such.property", "1")]
    [InlineData("retry.backoff.ms", "soon")]
    [InlineData("max.in.flight", "100")]
    public void Start_PropertyThatCannotBe_IsRefusedByName(string name, string value)
    {
        KafkaStoreException refusal = Assert.Throws<KafkaStoreException>(() => KafkaFixture.Start(
            "127.0.0.1:1", options => options with { Properties = new Dictionary<string, string> { [name] = value } }));

        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_AcksThatCannotBe_IsRefusedByName()
    {
        KafkaStoreException refusal = Assert.Throws<KafkaStoreException>(
            () => KafkaFixture.Start("127.0.0.1:1", options => options with { Acks = "most" }));

        Assert.Contains("Acks: 'most' is not one of 0, 1, -1, all.", refusal.Message, StringComparison.Ordinal);
    }

    [RequiresBrokersFact]
    public async Task Start_NobodyListens_StartsAndSaysSoAndAnswersInTime()
    {
        using Socket closed = TakePort();
        await using KafkaStore store = KafkaFixture.Start(
            $"127.0.0.1:{((IPEndPoint)closed.LocalEndPoint!).Port}",
            options => options with { MetadataFetchTimeout = TimeSpan.FromMilliseconds(500) });

        Assert.False(await store.WarmUpAsync(["t"], CancellationToken.None).AsTask().WaitAsync(Patience));
        Assert.NotNull(store.Trouble);
        SendRequest request = TestRequests.Create("t", "x");
        request.DeadlineTimestamp = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 20);
        SendResult result = await store.SendAsync(request).AsTask().WaitAsync(Patience);

        Assert.Equal((SendStatus.Timeout, Stored.No), (result.Status, result.Stored));
        Assert.Equal((1, 0), ((int)store.Counters.Failed(SendStatus.Timeout), (int)store.Counters.InFlight));
    }

    [RequiresBrokersFact]
    public async Task Start_TlsToSomethingElse_IsTrouble()
    {
        using Socket silent = TakePort();
        silent.Listen();
        await using KafkaStore store = KafkaFixture.Start($"127.0.0.1:{((IPEndPoint)silent.LocalEndPoint!).Port}", options => options with
        {
            MetadataFetchTimeout = TimeSpan.FromMilliseconds(500),
            Properties = new Dictionary<string, string> { ["security.protocol"] = "ssl" },
        });

        Assert.False(await store.WarmUpAsync([], CancellationToken.None).AsTask().WaitAsync(Patience));

        Assert.NotNull(store.Trouble);
    }

    [RequiresBrokersFact]
    public async Task DisposeAsync_MessagesWaitForACluster_AreAnsweredShuttingDownAndNotStored()
    {
        using Socket closed = TakePort();
        KafkaStore store = KafkaFixture.Start($"127.0.0.1:{((IPEndPoint)closed.LocalEndPoint!).Port}", options => options with
        {
            MetadataFetchTimeout = TimeSpan.FromSeconds(2),
            CloseTimeout = TimeSpan.FromMilliseconds(100),
        });
        Task<SendResult>[] sends =
            [.. Enumerable.Range(0, 100).Select(i => store.SendAsync(TestRequests.Create("t", $"{i}")).AsTask())];

        await store.DisposeAsync().AsTask().WaitAsync(Patience);

        SendResult[] results = await Task.WhenAll(sends).WaitAsync(Patience);
        Assert.All(results, result => Assert.True(
            result is { Status: SendStatus.ShuttingDown or SendStatus.Timeout, Stored: Stored.No }, result.ToString()));
        Assert.Equal(0, store.Counters.InFlight);
        Assert.Equal(0, store.Counters.Waiting);
    }

    // Bound and not listening: connections are refused, and nobody else gets the port.
    private static Socket TakePort()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
