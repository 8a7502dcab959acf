using System.Text.Json;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.RocketMq.Sending;

/// <summary>What every part of one store shares. Thread-safe.</summary>
internal sealed class SendContext
{
    // Deadlines of messages that wait are kept to that, and one millisecond.
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(250);

    private AutoBatchSettings _batching;
    private long _outstanding;

    /// <param name="options">The store's.</param>
    /// <param name="producerGroup">Of the store.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The store's.</param>
    /// <param name="onDue">Called when <see cref="Due"/> comes.</param>
    public SendContext(RocketMqStoreOptions options, string producerGroup, TimeProvider time, ILogger logger, Action onDue)
    {
        Options = options;
        ProducerGroup = producerGroup;
        Time = time;
        Logger = logger;
        _batching = options.AutoBatch;
        CallTimeoutTicks = Ticks(options.CallTimeout);
        Due = new DueTimer(time, LeastPause, onDue);
        RoundTicks = Ticks(Round);
        ClientId = $"{UniqueKey.LocalAddress}@{producerGroup}";
        HeartbeatBody = JsonSerializer.SerializeToUtf8Bytes(new
        {
            clientID = ClientId,
            producerDataSet = new[] { new { groupName = producerGroup } },
            consumerDataSet = Array.Empty<object>(),
        });
    }

    public RocketMqStoreOptions Options { get; }

    public string ProducerGroup { get; }

    /// <summary>What brokers list this process under; no other process has the same.</summary>
    public string ClientId { get; }

    /// <summary>The body of every heartbeat.</summary>
    public byte[] HeartbeatBody { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public RocketMqCounters Counters { get; } = new();

    /// <summary>How batches are made at the moment.</summary>
    public AutoBatchSettings Batching
    {
        get => Volatile.Read(ref _batching);
        set => Volatile.Write(ref _batching, value);
    }

    /// <summary><see cref="RocketMqStoreOptions.CallTimeout"/> in ticks of the clock.</summary>
    public long CallTimeoutTicks { get; }

    /// <summary>Told when somebody who waits is to be looked at; <see cref="Background"/> does that.</summary>
    public DueTimer Due { get; }

    /// <summary>While there are messages, <see cref="Due"/> comes at least that often, in ticks of the clock.</summary>
    public long RoundTicks { get; }

    /// <summary>Messages taken and not yet answered.</summary>
    public long Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>A message is where its deadline is looked after.</summary>
    /// <param name="deadline">Its deadline, in ticks of the clock.</param>
    public void Watch(long deadline)
    {
        if (deadline < Due.Next)
        {
            Due.At(Math.Min(deadline, Time.GetTimestamp() + RoundTicks));
        }
    }

    /// <summary>A duration in ticks of the clock.</summary>
    public long Ticks(TimeSpan duration) => (long)(duration.TotalSeconds * Time.TimestampFrequency);

    public void Enter() => Interlocked.Increment(ref _outstanding);

    public void Leave() => Interlocked.Decrement(ref _outstanding);

    /// <summary>Counts an outcome.</summary>
    public void Leave(in SendResult result, bool isWeak)
    {
        Counters.Finished(result.Stored, isWeak);
        Interlocked.Decrement(ref _outstanding);
    }
}
