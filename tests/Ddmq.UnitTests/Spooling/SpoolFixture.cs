using System.Collections.Concurrent;
using System.Text;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Core.Spooling;
using Ddmq.Core.Storage;
using Ddmq.Core.Topics;
using Ddmq.TestKit.Proxy;
using Ddmq.TestKit.Time;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ddmq.UnitTests.Spooling;

/// <summary>
/// A pipeline with a spool over one cluster: topics <c>safe</c> (may spool), <c>ordered</c> (may spool, strong order) and <c>plain</c>.
/// <see cref="RestartAsync"/> ends it as a crash would and begins again on the same disk.
/// </summary>
internal sealed class SpoolFixture : IAsyncDisposable
{
    public const int TimeoutMs = 50;

    private readonly Cluster _cluster;

    public SpoolFixture(SpoolSettings? settings = null, MemorySpoolLog? disk = null, ManualTimeProvider? time = null)
    {
        Time = time ?? new ManualTimeProvider();
        Disk = disk ?? new MemorySpoolLog();
        _cluster = new Cluster("A", Store);
        var safe = new TopicPolicy { Durability = TopicDurability.SpoolOnFailure };
        Catalog.Replace(
            [
                (new TopicConfig { Topic = "safe", Policy = safe }, [_cluster]),
                (new TopicConfig { Topic = "ordered", StrongOrder = true, Policy = safe }, [_cluster]),
                (new TopicConfig { Topic = "plain" }, [_cluster]),
            ],
            "");
        Spool = new Spool(settings ?? new SpoolSettings(), () => Disk, Time, new Logger<Spool>(Log));
        Delivery = new SpoolDelivery(Spool, Catalog, name => name == "A" ? _cluster : new Cluster(name, null), () => Delays, Drops, Time, new Logger<SpoolDelivery>(Log));
        Pipeline = new SendPipeline(
            Catalog, new SendTimeouts(), Time, new DropLog(new CapturedLog(), keepsBodies: false), NullLogger<SendPipeline>.Instance, spool: Delivery);
        Spool.Open();
    }

    public ManualTimeProvider Time { get; }

    public MemorySpoolLog Disk { get; }

    public SwitchedStore Store { get; } = new();

    public TopicCatalog Catalog { get; } = new(null, 0);

    public CapturedLog Log { get; } = new();

    public MemoryDropFile Drops { get; } = new();

    public Spool Spool { get; }

    public SpoolDelivery Delivery { get; }

    public SendPipeline Pipeline { get; }

    public IReadOnlyList<int> Delays { get; set; } = [1000, 5000];

    public static SendRequest Request(string topic, string body, string? key = null, int partitionId = -2, long hashId = 0) => new()
    {
        Method = SendMethod.Sync,
        TopicName = Encoding.UTF8.GetBytes(topic),
        Key = key is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(key),
        Body = Encoding.UTF8.GetBytes(body),
        PartitionId = partitionId,
        HashId = hashId,
    };

    public static async Task WaitUntilAsync(Func<bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            if (patience.IsCancellationRequested)
            {
                throw new TimeoutException($"waited in vain for: {what}");
            }

            await Task.Yield();
        }
    }

    public async Task<SendResult> SendAsync(SendRequest request)
    {
        Pipeline.Enter(request, TimeoutMs);
        SendResult result = await Pipeline.SendAsync(request).ConfigureAwait(false);
        Pipeline.Leave(request, result);
        return result;
    }

    /// <summary>Moves time on in steps that let the delivery act on each.</summary>
    public async Task AdvanceUntilAsync(Func<bool> condition, TimeSpan step, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            if (patience.IsCancellationRequested)
            {
                throw new TimeoutException($"waited in vain for: {what}");
            }

            Time.Advance(step);
            for (int i = 0; i < 100 && !condition(); i++)
            {
                await Task.Yield();
            }
        }
    }

    public SpoolReading Reading(string topic) => Spool.Readings.Single(reading => reading.Queue.Topic == topic);

    public TopicLedger Ledger(string topic) => Catalog.Ledgers.Single(ledger => ledger.Topic == topic);

    public async ValueTask DisposeAsync()
    {
        Store.Outcome = _ => SendResult.Ok();
        await Delivery.StopAsync();
        await Spool.DisposeAsync();
        Pipeline.Dispose();
    }

    /// <summary>A store whose every message has the outcome of the moment. Thread-safe.</summary>
    internal sealed class SwitchedStore : IMessageStore
    {
        private readonly ConcurrentQueue<string> _stored = new();
        private readonly ConcurrentQueue<string> _asked = new();
        private volatile Func<SendRequest, SendResult> _outcome = _ => SendResult.Ok();
        private volatile string? _trouble;
        private volatile TaskCompletionSource<SendResult>? _waiting;

        public Func<SendRequest, SendResult> Outcome
        {
            get => _outcome;
            set => _outcome = value;
        }

        /// <summary>Answers instead, when it does; null for nothing.</summary>
        public TaskCompletionSource<SendResult>? Waiting
        {
            get => _waiting;
            set => _waiting = value;
        }

        public IReadOnlyList<string> Stored => [.. _stored];

        public IReadOnlyList<string> Asked => [.. _asked];

        public int MaxMessageSize => 1024;

        public string? Trouble
        {
            get => _trouble;
            set => _trouble = value;
        }

        public ValueTask<SendResult> SendAsync(SendRequest request)
        {
            string body = Encoding.UTF8.GetString(request.Body.Span);
            _asked.Enqueue(body);
            if (Waiting is { } waiting)
            {
                return new ValueTask<SendResult>(waiting.Task);
            }

            SendResult result = Outcome(request);
            if (result.IsOk)
            {
                _stored.Enqueue(body);
            }

            return new ValueTask<SendResult>(result);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
