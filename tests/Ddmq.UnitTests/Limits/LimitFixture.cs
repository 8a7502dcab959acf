using System.Text;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Diagnostics.Recording;
using Ddmq.Core.Limits;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Core.Topics;
using Ddmq.TestKit.Proxy;
using Ddmq.TestKit.Time;
using Ddmq.UnitTests.Pipeline;
using Microsoft.Extensions.Logging;

namespace Ddmq.UnitTests.Limits;

/// <summary>A pipeline with limits over a scripted store. Time is the test's.</summary>
internal sealed class LimitFixture : IDisposable
{
    private readonly Dictionary<string, TopicConfig> _topics = [];
    private readonly Cluster _cluster;
    private NodeLimits _node = new() { IsOn = true };

    public LimitFixture(long maxBytesInFlightPerTopic = long.MaxValue)
    {
        _cluster = new Cluster("A", Store);
        Catalog = new TopicCatalog(null, 0, Time, maxBytesInFlightPerTopic: maxBytesInFlightPerTopic);
        Recorder = new MessageRecorder(1024, Time);
        Pipeline = new SendPipeline(Catalog, new SendTimeouts(), Time, new DropLog(Drops, keepsBodies: false), new Logger<SendPipeline>(Log), recorder: Recorder);
    }

    public ManualTimeProvider Time { get; } = new();

    public CapturedLog Log { get; } = new();

    public CapturedLog Drops { get; } = new();

    public ScriptedStore Store { get; } = new() { MaxMessageSize = 1_000_000 };

    public MessageRecorder Recorder { get; }

    public TopicCatalog Catalog { get; }

    public SendPipeline Pipeline { get; }

    /// <summary>Changes the proxy's limits.</summary>
    public void Node(Func<NodeLimits, NodeLimits> change)
    {
        _node = change(_node);
        Apply();
    }

    /// <summary>Adds a topic, or changes it. Its calls are not delayed unless that is said.</summary>
    public void Topic(string name, int maxTps, long maxBytesPerSecond = 0, long retryAfterMs = 0, int duplicateWindowMs = 0)
    {
        _topics[name] = new TopicConfig
        {
            Topic = name,
            TopicUnits = [new TopicUnitConfig { BrokerCluster = "A", MaxTps = maxTps }],
            LimiterFailureRetryInterval = retryAfterMs,
            Policy = new TopicPolicy { MaxBytesPerSecond = maxBytesPerSecond, DuplicateWindowMs = duplicateWindowMs },
        };
        Apply();
    }

    public void RemoveTopic(string name)
    {
        _topics.Remove(name);
        Apply();
    }

    public AdmissionLimits LimitsOf(string topic) => Catalog.TopicLimits.Single(limits => limits.Name == topic);

    public LedgerReading Ledger(string topic) => Catalog.Ledgers.Single(ledger => ledger.Topic == topic).Read();

    public void Advance(double milliseconds) => Time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    public Task<SendResult> SendAsync(string topic, int bytes = 1, long timeoutMs = 1000) => SendAsync(Request(topic, bytes), timeoutMs);

    public async Task<SendResult> SendAsync(SendRequest request, long timeoutMs = 1000)
    {
        Pipeline.Enter(request, timeoutMs);
        SendResult result = await Pipeline.SendAsync(request).ConfigureAwait(false);
        Pipeline.Leave(request, result);
        return result;
    }

    /// <summary>Whether a message is admitted now; for topics without a second try.</summary>
    public bool IsAdmitted(string topic, int bytes = 1)
    {
        Task<SendResult> sending = SendAsync(topic, bytes);
        return sending.IsCompletedSuccessfully && sending.Result.IsOk;
    }

    /// <summary>How many of many messages are admitted now.</summary>
    public int CountAdmitted(string topic, int tries = 5_000) => Enumerable.Range(0, tries).Count(_ => IsAdmitted(topic));

    /// <summary>Sends a batch: so many messages of each topic.</summary>
    public Task<SendResult> SendBatchAsync(params (string Topic, int Count)[] parts)
    {
        var batch = new BatchSend(Pipeline);
        foreach ((string topic, int count) in parts)
        {
            for (int i = 0; i < count; i++)
            {
                SendRequest request = batch.Add();
                request.TopicName = Encoding.UTF8.GetBytes(topic);
                request.Body = "x"u8.ToArray();
            }
        }

        return batch.SendAsync().AsTask();
    }

    public static SendRequest Request(string topic, int bytes = 1) => new()
    {
        Method = SendMethod.Sync,
        TopicName = Encoding.UTF8.GetBytes(topic),
        Body = new byte[bytes],
    };

    public void Dispose() => Pipeline.Dispose();

    private void Apply() => Catalog.Replace(_topics.Values.Select(topic => (topic, (IReadOnlyList<Cluster>)[_cluster])), "", _node);
}
