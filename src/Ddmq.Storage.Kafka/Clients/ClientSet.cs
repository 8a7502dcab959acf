using Confluent.Kafka;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Ddmq.Core.Storage;
using Ddmq.Storage.Kafka.Metadata;
using Ddmq.Storage.Kafka.Metrics;
using Ddmq.Storage.Kafka.Sending;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.Kafka.Clients;

/// <summary>
/// The instances of the client. A partition belongs to one of them, so that its order is one instance's. An instance that has failed for
/// good (a fatal error of librdkafka, from its idempotent producer) is replaced: the new one takes what is sent from then on, the old
/// one's messages are settled as it reports them. Thread-safe.
/// </summary>
internal sealed partial class ClientSet : IKafkaClients
{
    // A cluster that refuses idempotent producers makes each new client fail at once: not more than one a second.
    private static readonly TimeSpan RebuildPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FlushStep = TimeSpan.FromMilliseconds(100);

    private readonly KafkaStoreOptions _options;
    private readonly Dictionary<string, string> _properties;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly KafkaStoreCounters _counters;
    private readonly OperationPool _pool;
    private readonly MetadataLoop _metadata;
    private readonly WatchDescriptor? _watch;
    private readonly KafkaClient[] _clients;
    private readonly Lock _lock = new();
    private readonly List<Task> _replacing = [];
    private readonly CancellationTokenSource _closing = new();

    /// <exception cref="KafkaStoreException">See <see cref="KafkaClient.Start"/>.</exception>
    public ClientSet(
        KafkaStoreOptions options,
        TimeProvider time,
        ILogger logger,
        KafkaStoreCounters counters,
        OperationPool pool,
        MetadataLoop metadata,
        ClusterTrouble trouble,
        WatchDescriptor? watch)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _counters = counters;
        _pool = pool;
        _metadata = metadata;
        _watch = watch;
        Trouble = trouble;
        _properties = ClientProperties.Create(options);
        Requests = ClientProperties.LimitsOf(_properties);
        _clients = new KafkaClient[options.Producers];
        for (int i = 0; i < _clients.Length; i++)
        {
            _clients[i] = KafkaClient.Start(_properties, this, time.GetTimestamp(), logger, watch);
        }
    }

    /// <summary>How each instance makes requests of what it is given.</summary>
    public RequestLimits Requests { get; }

    /// <summary>Told of unreachable brokers and of deliveries.</summary>
    public ClusterTrouble Trouble { get; }

    /// <inheritdoc/>
    public ErrorCode Produce(SendOperation operation, KafkaPartition partition)
    {
        int index = (int)((operation.Topic.Spread + (uint)partition.Name.Partition.Value) % (uint)_clients.Length);
        KafkaClient client = Volatile.Read(ref _clients[index]);
        while (true)
        {
            ErrorCode code = client.Produce(operation, partition);
            KafkaClient now = Volatile.Read(ref _clients[index]);
            if (code != ErrorCode.Local_Destroy || ReferenceEquals(now, client))
            {
                return code;
            }

            // Replaced between our look and its answer.
            client = now;
        }
    }

    /// <summary>
    /// Asks with each instance: each has a view of its own, and refuses partitions that it has not heard of. What all of them know is
    /// what counts.
    /// </summary>
    public MetadataReply Ask(string? topic, TimeSpan limit)
    {
        MetadataReply least = default;
        for (int i = 0; i < _clients.Length; i++)
        {
            MetadataReply reply = Volatile.Read(ref _clients[i]).Ask(topic, limit);
            if (reply.Answer != MetadataAnswer.Known)
            {
                return reply;
            }

            if (i == 0 || reply.Partitions < least.Partitions)
            {
                least = reply;
            }
        }

        return least;
    }

    /// <summary>Sends what the clients hold back, and waits a little for answers. Blocks.</summary>
    public void Flush()
    {
        for (int i = 0; i < _clients.Length; i++)
        {
            Volatile.Read(ref _clients[i]).Flush(FlushStep / _clients.Length);
        }
    }

    /// <summary>Closes all instances and answers what they still have with <paramref name="unsettled"/>.</summary>
    public async Task CloseAsync(SendResult unsettled)
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        Task[] replacing;
        lock (_lock)
        {
            replacing = [.. _replacing];
        }

        await Task.WhenAll([.. replacing, .. _clients.Select(client => Task.Run(() => Close(client, unsettled)))]).ConfigureAwait(false);
        _closing.Dispose();
    }

    /// <summary>A client tells a message's outcome.</summary>
    public void Settle(SendOperation operation, in SendResult result) => _pool.Settle(operation, result);

    /// <summary>A client tells that the cluster does not have the topic or the partition any more.</summary>
    public void TopicChanged(KafkaTopic topic) => _metadata.Ask(topic);

    /// <summary>A client tells that the cluster has got into trouble.</summary>
    public void LookAgain() => _metadata.LookAgain();

    /// <summary>A client tells, once, that it will send nothing any more. On its own thread, which must not wait for its own end.</summary>
    public void ClientFailed(KafkaClient client, Error error)
    {
        Trouble.ClientFailed(KafkaErrors.TextOf(error.Code));
        Log.ClientFailed(_logger, (int)error.Code, error.Reason);
        lock (_lock)
        {
            if (!_closing.IsCancellationRequested)
            {
                _replacing.RemoveAll(task => task.IsCompleted);
                _replacing.Add(Task.Run(() => ReplaceAsync(client)));
            }
        }
    }

    private async Task ReplaceAsync(KafkaClient failed)
    {
        KafkaClient? fresh = null;
        long began = failed.Started;
        while (fresh is null)
        {
            try
            {
                TimeSpan pause = RebuildPause - _time.GetElapsedTime(began);
                if (pause > TimeSpan.Zero)
                {
                    await Task.Delay(pause, _time, _closing.Token).ConfigureAwait(false);
                }

                began = _time.GetTimestamp();
                fresh = KafkaClient.Start(_properties, this, began, _logger, _watch);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception exception)
            {
                // Also what nobody foresaw, such as no more threads: without a next try the failed client would stay for ever.
                Log.NotReplaced(_logger, exception.Message);
            }
        }

        int index;
        lock (_lock)
        {
            index = Array.IndexOf(_clients, failed);
            if (_closing.IsCancellationRequested || index < 0)
            {
                index = -1;
            }
            else
            {
                Volatile.Write(ref _clients[index], fresh);
            }
        }

        if (index < 0)
        {
            fresh.Close();
            return;
        }

        _counters.Rebuilt();
        Log.Replaced(_logger);
        Retire(failed);
    }

    /// <summary>A failed client gives its messages up one by one; what it has not by then, it never will.</summary>
    private void Retire(KafkaClient failed)
    {
        long began = _time.GetTimestamp();
        while (!failed.Flush(FlushStep) && !_closing.IsCancellationRequested
            && _time.GetElapsedTime(began) < _options.DeliveryTimeout + RebuildPause)
        {
        }

        Close(failed, SendResult.Failed(SendStatus.Unknown, Stored.Unknown, "the Kafka client failed and was replaced"));
    }

    private void Close(KafkaClient client, SendResult unsettled)
    {
        client.Close();
        _pool.Abandon(client, unsettled);
    }

    private static partial class Log
    {
        [LoggerMessage(
            EventIds.Store + 306, LogLevel.Error, "The Kafka client failed for good and is being replaced: error {Code}, {Reason}")]
        public static partial void ClientFailed(ILogger logger, int code, string reason);

        [LoggerMessage(EventIds.Store + 307, LogLevel.Warning, "A new Kafka client has taken the failed one's place.")]
        public static partial void Replaced(ILogger logger);

        [LoggerMessage(
            EventIds.Store + 308, LogLevel.Error, "No new Kafka client in the failed one's place, it will be tried again: {Reason}")]
        public static partial void NotReplaced(ILogger logger, string reason);
    }
}
