using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Xunit;

namespace Ddmq.UnitTests.Pipeline;

public sealed class SendPipelineTests : IDisposable
{
    private readonly PipelineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("orders", SendStatus.Ok)]
    [InlineData("nobody", SendStatus.TopicNotAllowed)]
    [InlineData("none", SendStatus.TopicNotAllowed)]
    [InlineData("later", SendStatus.DelayTopic)]
    [InlineData("orphan", SendStatus.NoProducerForCluster)]
    [InlineData("inner_0", SendStatus.IllegalMessage)]
    [InlineData("", SendStatus.IllegalMessage)]
    [InlineData("carrera_heartbeat", SendStatus.Ok)]
    public async Task SendAsync_ByTopic_AnswersTheSameOnEveryPath(string topic, SendStatus expected)
    {
        foreach (SendMethod method in new[] { SendMethod.Sync, SendMethod.Async, SendMethod.BatchSync })
        {
            SendResult result = await _fixture.SendAsync(PipelineFixture.Request(topic, method: method));

            Assert.Equal(expected, result.Status);
            Assert.Equal(expected == SendStatus.Ok ? Stored.Yes : Stored.No, result.Stored);
        }
    }

    [Fact]
    public async Task SendAsync_Heartbeat_ChecksAndStoresNothing()
    {
        SendResult result = await _fixture.SendAsync(PipelineFixture.Request("carrera_heartbeat", body: ""));

        Assert.True(result.IsOk);
        Assert.Empty(_fixture.StoreA.Requests);
        Assert.Equal(1, _fixture.Catalog.Heartbeats.Answered(SendStatus.Ok));
    }

    [Fact]
    public async Task SendAsync_DelayTopicFromChronos_IsStored()
    {
        SendRequest request = PipelineFixture.Request("later");
        request.AddProperty("from_chronos"u8.ToArray(), "from_chronos"u8.ToArray());

        Assert.Equal(SendStatus.Ok, (await _fixture.SendAsync(request)).Status);
    }

    [Fact]
    public async Task SendAsync_TopicOnTwoClusters_TakesTheSmallestSizeLimitAndSortsByName()
    {
        SendRequest tooLarge = PipelineFixture.Request("wide", body: new string('x', 513));
        SendRequest first = PipelineFixture.Request("wide");
        first.PartitionId = 0;
        SendRequest second = PipelineFixture.Request("wide");
        second.PartitionId = 1;

        Assert.Equal(SendStatus.IllegalMessage, (await _fixture.SendAsync(tooLarge)).Status);
        await _fixture.SendAsync(first);
        await _fixture.SendAsync(second);

        Assert.Same(first, Assert.Single(_fixture.StoreA.Requests));
        Assert.Same(second, Assert.Single(_fixture.StoreB.Requests));
    }

    [Fact]
    public async Task SendAsync_StoreThrows_AnswersUnknown()
    {
        _fixture.StoreA.Script = _ => throw new InvalidOperationException("a bug");

        SendResult result = await _fixture.SendAsync(PipelineFixture.Request("orders"));

        Assert.Equal((SendStatus.Unknown, Stored.Unknown), (result.Status, result.Stored));
    }

    [Fact]
    public async Task SendAsync_StoreFailsLater_AnswersUnknown()
    {
        _fixture.StoreA.Script = _ => null;
        Task<SendResult> sending = _fixture.SendAsync(PipelineFixture.Request("orders"));

        _fixture.StoreA.Waiting.Dequeue().SetException(new InvalidOperationException("a bug"));

        Assert.Equal(SendStatus.Unknown, (await sending).Status);
    }

    [Fact]
    public async Task SendAsync_UnknownTopicsAllowed_CreatesUpToTheBound()
    {
        using var fixture = new PipelineFixture(autoCreate: true);

        Assert.Equal(SendStatus.Ok, (await fixture.SendAsync(PipelineFixture.Request("new-1"))).Status);
        Assert.Equal(SendStatus.Ok, (await fixture.SendAsync(PipelineFixture.Request("new-2"))).Status);
        Assert.Equal(SendStatus.Ok, (await fixture.SendAsync(PipelineFixture.Request("new-2"))).Status);
        Assert.Equal(SendStatus.TopicNotAllowed, (await fixture.SendAsync(PipelineFixture.Request("new-3"))).Status);
        Assert.Equal(SendStatus.TopicNotAllowed, (await fixture.SendAsync(PipelineFixture.Request("bad name"))).Status);
        Assert.Equal(2, fixture.Ledger("new-2").Received);
    }

    [Fact]
    public async Task Ledger_AnyOutcome_AddsUp()
    {
        _fixture.StoreA.Script = request => request.Body.Length == 1 ? null : SendResult.Failed(SendStatus.Unknown, Stored.No);
        await _fixture.SendAsync(PipelineFixture.Request("orders"));
        await _fixture.SendAsync(PipelineFixture.Request("orders", body: ""));
        Task<SendResult> pending = _fixture.SendAsync(PipelineFixture.Request("orders", body: "x"));
        TopicLedger ledger = _fixture.Ledger("orders");

        Assert.Equal((3, 1), (ledger.Received, ledger.InFlight));
        Assert.Equal(ledger.Received, SendStatuses.All.Sum(ledger.Answered) + ledger.InFlight);

        _fixture.StoreA.Complete(SendResult.Ok());
        await pending;
        Assert.Equal((0, 1), (ledger.InFlight, ledger.Answered(SendStatus.Ok)));
    }

    [Theory]
    [InlineData(SendMethod.Sync, 50, 50)]
    [InlineData(SendMethod.Sync, 0, 10_000)]
    [InlineData(SendMethod.Sync, -1, 10_000)]
    [InlineData(SendMethod.Sync, long.MaxValue, 600_000)]
    [InlineData(SendMethod.DelaySync, 20, 20)]
    [InlineData(SendMethod.Async, 50, 10_000)]
    [InlineData(SendMethod.BatchSync, 50, 5_000)]
    public void Resolve_ByMethod_FixesOneTimeout(SendMethod method, long requested, long expected) =>
        Assert.Equal(expected, new SendTimeouts().Resolve(method, requested));

    [Theory]
    [InlineData("later", "body", SendStatus.Unknown)]
    [InlineData("orders", "body", SendStatus.NotDelayTopic)]
    [InlineData("orders", "", SendStatus.IllegalMessage)]
    [InlineData("nobody", "body", SendStatus.TopicNotAllowed)]
    [InlineData("carrera_heartbeat", "body", SendStatus.TopicNotAllowed)]
    public void CheckDelay_ByTopic_AnswersInTheOriginalsOrder(string topic, string body, SendStatus expected)
    {
        SendRequest request = PipelineFixture.Request(topic, body, SendMethod.DelaySync);
        _fixture.Pipeline.Enter(request, 50);

        SendResult result = _fixture.Pipeline.CheckDelay(request);

        Assert.Equal((expected, Stored.No), (result.Status, result.Stored));
    }
}
