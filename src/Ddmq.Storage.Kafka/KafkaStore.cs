using System.Collections.Concurrent;
using System.Text;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Ddmq.Core.Storage;
using Ddmq.Core.Topics;
using Ddmq.Storage.Kafka.Clients;
using Ddmq.Storage.Kafka.Metadata;
using Ddmq.Storage.Kafka.Metrics;
using Ddmq.Storage.Kafka.Sending;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.Kafka;

/// <summary>
/// A Kafka cluster as a store. Batching, retries and order within a partition are librdkafka's; this adapter knows the topics' partitions,
/// turns errors into results, bounds what waits, and answers every message once. How a message lies in Kafka: <see cref="RecordWriter"/>.
/// Thread-safe.
/// </summary>
public sealed class KafkaStore : IMessageStore
{
    private readonly KafkaStoreOptions _options;
    private readonly ClusterTrouble _trouble;
    private readonly ClientSet _clients;
    private readonly MetadataLoop _metadata;
    private readonly SendContext _context;
    private readonly SendResult _tooLarge;
    private readonly ConcurrentDictionary<byte[], KafkaTopic> _topics = new(Utf8NameComparer.Instance);
    private readonly ConcurrentDictionary<byte[], KafkaTopic>.AlternateLookup<ReadOnlySpan<byte>> _topicsByBytes;
    private readonly Lock _disposing = new();
    private Task? _disposed;

    private KafkaStore(KafkaStoreOptions options, TimeProvider timeProvider, ILogger logger, WatchDescriptor? watch)
    {
        _options = options;
        _topicsByBytes = _topics.GetAlternateLookup<ReadOnlySpan<byte>>();
        _tooLarge = SendResult.Refused(SendStatus.IllegalMessage, $"the body is larger than {options.MaxMessageSize} bytes");
        _trouble = new ClusterTrouble(string.Join(',', options.BootstrapServers), logger);
        _metadata = new MetadataLoop(options, timeProvider, _trouble, logger);
        var pool = new OperationPool(Counters);
        _clients = new ClientSet(options, timeProvider, logger, Counters, pool, _metadata, _trouble, watch);
        _context = new SendContext
        {
            Options = options,
            Time = timeProvider,
            Counters = Counters,
            Pool = pool,
            Clients = _clients,
            Waiting = new WaitingMessages(options, timeProvider, Counters),
            Metadata = _metadata,
            Requests = _clients.Requests,
        };
        _metadata.Start(_clients);
    }

    /// <inheritdoc/>
    /// <remarks>A message with a partition of its own stays there; and there librdkafka has tried whatever may be tried.</remarks>
    public bool MayGoElsewhere(SendRequest request) => request.PartitionId < -1;

    /// <inheritdoc/>
    public int MaxMessageSize => _options.MaxMessageSize;

    /// <inheritdoc/>
    public string? Trouble => _trouble.Text;

    /// <summary>What the store has done since it was started.</summary>
    public KafkaStoreCounters Counters { get; } = new();

    /// <summary>
    /// Starts the clients. Does not wait for brokers: they are connected to in the background, and while none can be reached that shows in
    /// <see cref="Trouble"/>.
    /// </summary>
    /// <param name="options">See there.</param>
    /// <param name="timeProvider">Deadlines, the age of metadata.</param>
    /// <param name="logger">Told of trouble and of its end.</param>
    /// <param name="watch">The thread that messages are answered on, good until the store is closed; null for threads of its own.</param>
    /// <exception cref="KafkaStoreException">
    /// Settings that cannot be, or no librdkafka on this machine: one sentence that says which.
    /// </exception>
    public static KafkaStore Start(KafkaStoreOptions options, TimeProvider timeProvider, ILogger logger, WatchDescriptor? watch = null)
    {
        if (options.Errors() is { Count: > 0 } errors)
        {
            throw new KafkaStoreException("The Kafka store's options are wrong. " + string.Join(" ", errors));
        }

        // What throws where reports come would leave messages without their answers.
        return new KafkaStore(options, timeProvider, new GuardedLogger(logger), watch);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Answers on a thread of the client: what continues there delays other messages, so it should only pass the result on.
    /// </remarks>
    public ValueTask<SendResult> SendAsync(SendRequest request)
    {
        if (request.Body.Length > _options.MaxMessageSize)
        {
            return Refuse(_tooLarge);
        }

        KafkaTopic topic = FindTopic(request.TopicName.GetValueOrDefault().Span);
        if (topic.IsRefused(out SendResult refusal))
        {
            Counters.RefusedUnknownTopic();
            return Refuse(refusal);
        }

        if (_context.Pool.Rent(request, topic) is not { } operation)
        {
            return Refuse(_context.Stopping);
        }

        // Before it is handed over: once it is, it may be completed at any time.
        ValueTask<SendResult> task = operation.Task;
        topic.Send(operation);
        return task;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> WarmUpAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation)
    {
        KafkaTopic[] found = [.. topics.Select(name => FindTopic(Encoding.UTF8.GetBytes(name)))];
        return await _metadata.WarmUpAsync([.. found.Where(topic => !topic.IsRefused(out _))], cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes no more messages, gives those under way <see cref="KafkaStoreOptions.CloseTimeout"/>, and answers the rest with
    /// <see cref="SendStatus.ShuttingDown"/>. Can be called again. Not to be waited for in a continuation of <see cref="SendAsync"/>.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        lock (_disposing)
        {
            return new(_disposed ??= CloseAsync());
        }
    }

    private async Task CloseAsync()
    {
        _context.Pool.Close();
        await Task.Factory.StartNew(Drain, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .ConfigureAwait(false);

        // What has not been handed over by now never was.
        foreach (KafkaTopic topic in _topics.Values)
        {
            topic.Close();
        }

        await Task.Run(_metadata.Dispose).ConfigureAwait(false);
        await _clients.CloseAsync(
            SendResult.Failed(SendStatus.Unknown, Stored.Unknown, "the proxy stopped before Kafka acknowledged it")).ConfigureAwait(false);
        _context.Waiting.Dispose();
    }

    private void Drain()
    {
        long began = _context.Time.GetTimestamp();
        TimeSpan step = TimeSpan.FromMilliseconds(10);
        while (!_context.Pool.Drained.Wait(step) && _context.Time.GetElapsedTime(began) < _options.CloseTimeout)
        {
            _clients.Flush();
        }
    }

    private ValueTask<SendResult> Refuse(in SendResult result)
    {
        Counters.Refused(result);
        return new(result);
    }

    private KafkaTopic FindTopic(ReadOnlySpan<byte> name)
    {
        if (_topicsByBytes.TryGetValue(name, out KafkaTopic? topic))
        {
            return topic;
        }

        byte[] utf8Name = name.ToArray();
        return _topics.GetOrAdd(utf8Name, new KafkaTopic(utf8Name, _context));
    }
}
