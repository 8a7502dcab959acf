using System.Text;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Diagnostics.Recording;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Core.Retrying;
using Ddmq.Core.Topics;
using Ddmq.TestKit.Proxy;
using Ddmq.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ddmq.UnitTests.Pipeline;

/// <summary>
/// A pipeline over scripted stores: topic <c>orders</c> on cluster A, <c>ordered</c> there with strongOrder, <c>once</c>
/// there with a duplicate window of a second and room for four messages, <c>wide</c> on A and B, <c>later</c> a delay topic,
/// <c>orphan</c> on a cluster without a client, <c>none</c> without clusters; inner topics begin with <c>inner_</c>.
/// </summary>
internal sealed class PipelineFixture : IDisposable
{
    public PipelineFixture(bool autoCreate = false, RetryOptions? retries = null)
    {
        var a = new Cluster("A", StoreA);
        var b = new Cluster("B", StoreB);
        Catalog = new TopicCatalog(autoCreate ? a : null, maxAutoCreated: 2, Time);
        Catalog.Replace(
            [
                (new TopicConfig { Topic = "orders" }, [a]),
                (new TopicConfig { Topic = "ordered", StrongOrder = true }, [a]),
                (new TopicConfig { Topic = "once", Policy = new TopicPolicy { DuplicateWindowMs = 1000 } }, [a]),
                (new TopicConfig { Topic = "wide" }, [b, a]),
                (new TopicConfig { Topic = "later", DelayTopic = true }, [a]),
                (new TopicConfig { Topic = "orphan" }, [new Cluster("C", null)]),
                (new TopicConfig { Topic = "none" }, []),
            ],
            "inner_");
        Recorder = new MessageRecorder(1024, Time);
        Pipeline = new SendPipeline(
            Catalog, new SendTimeouts(), Time, new DropLog(Drops, keepsBodies: true), NullLogger<SendPipeline>.Instance, retries, Recorder,
            duplicateWindowEntries: 4);
    }

    public ManualTimeProvider Time { get; } = new();

    public CapturedLog Drops { get; } = new();

    public ScriptedStore StoreA { get; } = new();

    public ScriptedStore StoreB { get; } = new() { MaxMessageSize = 512 };

    public MessageRecorder Recorder { get; }

    public TopicCatalog Catalog { get; }

    public SendPipeline Pipeline { get; }

    public static SendRequest Request(string topic, string body = "body", SendMethod method = SendMethod.Sync) => new()
    {
        Method = method,
        TopicName = Encoding.UTF8.GetBytes(topic),
        Body = Encoding.UTF8.GetBytes(body),
    };

    /// <summary>Sends as the front door does.</summary>
    public async Task<SendResult> SendAsync(SendRequest request, long timeoutMs = 50)
    {
        Pipeline.Enter(request, timeoutMs);
        SendResult result = await Pipeline.SendAsync(request).ConfigureAwait(false);
        Pipeline.Leave(request, result);
        return result;
    }

    /// <summary>Moves time on; what waits for it goes on here, as it does on the proxy's timer threads, and not under the runner's context.</summary>
    public void Advance(int milliseconds)
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        SynchronizationContext.SetSynchronizationContext(context);
    }

    public TopicLedger Ledger(string topic) => Catalog.Ledgers.Single(ledger => ledger.Topic == topic);

    public void Dispose() => Pipeline.Dispose();
}
