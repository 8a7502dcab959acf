using Ddmq.Core.Diagnostics;
using Ddmq.Core.Diagnostics.Recording;
using Ddmq.Core.Limits;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Core.Storage;
using Ddmq.Core.Topics;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ddmq.UnitTests.Limits;

/// <summary>What the limits admit costs no allocation, single or in a batch, and neither does a refusal.</summary>
public sealed class LimitAllocationTests : IDisposable
{
    private const int Calls = 1000;
    private readonly SendPipeline _pipeline;

    public LimitAllocationTests()
    {
        var catalog = new TopicCatalog(null, 0);
        catalog.Replace(
            [.. new[] { "a", "b", "never" }.Select(Topic)], "", new NodeLimits { IsOn = true, MaxTps = 10_000_000, MaxBytesPerSecond = 1L << 40 });
        _pipeline = new SendPipeline(
            catalog,
            new SendTimeouts(),
            TimeProvider.System,
            new DropLog(NullLogger.Instance, keepsBodies: false),
            NullLogger<SendPipeline>.Instance,
            recorder: new MessageRecorder(1024, TimeProvider.System));
    }

    public void Dispose() => _pipeline.Dispose();

    [Fact]
    public void SendAsync_Admitted_AllocatesNothing()
    {
        SendRequest request = LimitFixture.Request("a");

        Assert.Equal(0, AllocatedBy(() => Send(request).IsOk));
    }

    [Fact]
    public void SendAsync_Refused_AllocatesNothing()
    {
        SendRequest request = LimitFixture.Request("never");

        Assert.Equal(0, AllocatedBy(() => Send(request).Status == SendStatus.RateLimited));
    }

    [Fact]
    public void SendBatchAsync_AdmittedForTwoTopics_AllocatesNothing()
    {
        var batch = new BatchSend(_pipeline);
        byte[][] names = ["a"u8.ToArray(), "b"u8.ToArray()];

        Assert.Equal(0, AllocatedBy(() =>
        {
            for (int i = 0; i < 10; i++)
            {
                SendRequest request = batch.Add();
                request.TopicName = names[i % 2];
                request.Body = names[0];
            }

            bool isOk = batch.SendAsync().Result.IsOk;
            batch.Reset();
            return isOk;
        }));
    }

    private SendResult Send(SendRequest request)
    {
        _pipeline.Enter(request, 50);
        SendResult result = _pipeline.SendAsync(request).Result;
        _pipeline.Leave(request, result);
        return result;
    }

    private static long AllocatedBy(Func<bool> call)
    {
        Round();
        return Allocated.By(Round);

        void Round()
        {
            bool areAdmitted = true;
            for (int i = 0; i < Calls; i++)
            {
                areAdmitted &= call();
            }

            Assert.True(areAdmitted);
        }
    }

    private static (TopicConfig Config, IReadOnlyList<Cluster> Clusters) Topic(string name) => (
        new TopicConfig
        {
            Topic = name,
            TopicUnits = [new TopicUnitConfig { BrokerCluster = "A", MaxTps = name == "never" ? 0 : 40_000_000 }],
            Policy = new TopicPolicy { MaxBytesPerSecond = 1L << 40 },
        },
        [new Cluster("A", new AtOnce())]);

    private sealed class AtOnce : IMessageStore
    {
        public int MaxMessageSize => 1024;

        public string? Trouble => null;

        public ValueTask<SendResult> SendAsync(SendRequest request) => new(SendResult.Ok());

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
