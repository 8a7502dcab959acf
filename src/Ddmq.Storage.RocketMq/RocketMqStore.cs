using System.Text;
using Ddmq.Core.Messages;
using Ddmq.Core.Storage;
using Ddmq.Storage.RocketMq.Brokers;
using Ddmq.Storage.RocketMq.NameServers;
using Ddmq.Storage.RocketMq.Remoting;
using Ddmq.Storage.RocketMq.Sending;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.RocketMq;

/// <summary>
/// A RocketMQ cluster, spoken to in its own remoting protocol.
/// <code>
/// SendAsync ─► TopicState (route) ─► Dispatcher (queue) ─┬──────────────► BrokerClient (limit) ─► RemotingConnection
///                                                        └─► Lane (batch, order) ─┘
/// </code>
/// Messages of one queue keep the order of the calls where order is asked for (strongOrder topics, order topics) and where they are batched;
/// otherwise a broker's own threads may swap messages that are in flight together. Thread-safe.
/// </summary>
public sealed class RocketMqStore : IMessageStore
{
    private static readonly TimeSpan UnregisterTimeout = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(5);

    private readonly SendContext _context;
    private readonly MessageLimits _limits;
    private readonly NameServerPool _nameServers;
    private readonly BrokerTable _brokers;
    private readonly TopicTable _topics;
    private readonly Background _background;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SendResult _stoppingResult = SendResult.Refused(SendStatus.ShuttingDown);
    private readonly Lock _disposing = new();
    private Task? _disposed;
    private volatile bool _isClosing;

    private RocketMqStore(RocketMqStoreOptions options, TimeProvider time, ILogger logger, WatchDescriptor? watch)
    {
        MaxMessageSize = options.MaxMessageSize;
        string group = $"{options.GroupPrefix}_{time.GetUtcNow().ToUnixTimeMilliseconds()}{Random.Shared.Next(1000):000}";
        _context = new SendContext(options, group, time, logger, () => _background!.OnDue());
        _limits = new MessageLimits(options.MaxMessageSize);
        ConnectionOptions connectionOptions = ConnectionOptionsOf(options);
        _nameServers = new NameServerPool(
            options.NameServers.Select(text => RemotingAddress.TryParse(text, out RemotingAddress? address) ? address! : throw new FormatException(text)),
            connectionOptions,
            time,
            logger);
        _brokers = new BrokerTable(_context, connectionOptions with { Watch = watch }, () => RoutesAreStale());
        _topics = new TopicTable(_context, _nameServers, _brokers, _stopping.Token);
        _background = new Background(_context, _topics, _brokers, _stopping.Token);
    }

    /// <inheritdoc/>
    public int MaxMessageSize { get; }

    /// <inheritdoc/>
    public string? Trouble
    {
        get
        {
            if (_nameServers.Trouble is { } trouble)
            {
                return $"No name server answers ({trouble}); known routes stay in use. Check the name servers and the way to them.";
            }

            BrokerClient[] brokers = [.. _brokers.All];
            return brokers.Length > 0 && brokers.All(broker => broker.IsDown)
                ? $"No broker can be reached ({string.Join("; ", brokers.Select(broker => $"{broker.Name}: {broker.LastFailure}"))}). " +
                  "Check the brokers and the way to them."
                : null;
        }
    }

    /// <summary>What the store has done since it was started.</summary>
    public RocketMqCounters Counters => _context.Counters;

    /// <summary>Messages taken and not yet answered.</summary>
    public long Outstanding => _context.Outstanding;

    /// <summary>The producer group that brokers know this store by.</summary>
    public string ProducerGroup => _context.ProducerGroup;

    /// <summary>Every broker that a route has named, by name.</summary>
    public IReadOnlyList<BrokerStatus> Brokers => [.. _brokers.All.Select(broker => broker.Status).OrderBy(status => status.Name, StringComparer.Ordinal)];

    /// <summary>How batches are made now.</summary>
    internal AutoBatchSettings AutoBatch => _context.Batching;

    /// <summary>Begins to work. Connects to nobody before the first message or <see cref="WarmUpAsync"/>.</summary>
    /// <param name="options">Not to be changed afterwards.</param>
    /// <param name="timeProvider">Deadlines, timeouts, intervals.</param>
    /// <param name="logger">Told when brokers and name servers come and go.</param>
    /// <param name="watch">Threads that read what brokers answer, good until the store is closed; null for threads of its own.</param>
    /// <exception cref="ArgumentException">Options out of range; the message lists all of them.</exception>
    public static RocketMqStore Start(RocketMqStoreOptions options, TimeProvider timeProvider, ILogger logger, WatchDescriptor? watch = null)
    {
        if (options.Errors() is { Count: > 0 } errors)
        {
            throw new ArgumentException("The RocketMQ cluster's options are wrong. " + string.Join(" ", errors), nameof(options));
        }

        return new RocketMqStore(options, timeProvider, logger, watch);
    }

    /// <inheritdoc/>
    /// <remarks>Answers mostly on a connection's thread: what continues there delays other messages, so it should only pass the result on.</remarks>
    public ValueTask<SendResult> SendAsync(SendRequest request)
    {
        if (!_limits.Allows(request, out int propertiesLength, out bool canBatch, out SendResult refusal))
        {
            return new(_isClosing ? _stoppingResult : refusal);
        }

        // First counted, then looked: closing does it the other way round, so it waits for every message that got past the look.
        _context.Enter();
        if (_isClosing)
        {
            _context.Leave();
            return new(_stoppingResult);
        }

        SendOperation operation = OperationPool.Rent();
        operation.Start(_context, request, propertiesLength, canBatch);
        long deadline = operation.Deadline;
        ValueTask<SendResult> sending = operation.Task;
        _topics.Find(request.TopicName.GetValueOrDefault().Span).Send(operation);

        // When it can be found where it waits. It may be another message's by now.
        _context.Watch(deadline);
        return sending;
    }

    /// <inheritdoc/>
    public bool MayGoElsewhere(SendRequest request) =>
        _topics.Find(request.TopicName.GetValueOrDefault().Span).Route is { HasSeveralBrokers: true };

    /// <inheritdoc/>
    public async ValueTask<bool> WarmUpAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation)
    {
        bool[] answered = await Task.WhenAll(
            topics.Select(topic => _topics.FetchAsync(_topics.Find(Encoding.UTF8.GetBytes(topic))))).WaitAsync(cancellation).ConfigureAwait(false);
        bool[] connected = await Task.WhenAll(_brokers.All.Select(broker => broker.ConnectAsync())).WaitAsync(cancellation).ConfigureAwait(false);
        return answered.All(isAnswered => isAnswered) && connected.All(isConnected => isConnected);
    }

    /// <summary>Changes how batches are made, from the next message on.</summary>
    /// <exception cref="ArgumentException">Values out of range; the message lists all of them.</exception>
    public void SetAutoBatch(AutoBatchSettings settings)
    {
        string[] errors = [.. settings.Errors()];
        if (errors.Length > 0)
        {
            throw new ArgumentException("The batch settings are wrong. " + string.Join(" ", errors), nameof(settings));
        }

        _context.Batching = settings;
    }

    /// <summary>
    /// Takes no more messages, lets those it has finish for <see cref="RocketMqStoreOptions.DrainTimeout"/>, answers the rest with what is
    /// known of each, signs off from the brokers and closes all connections. Can be called again. Not to be waited for in a continuation of
    /// <see cref="SendAsync"/>.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        lock (_disposing)
        {
            return new(_disposed ??= CloseAsync());
        }
    }

    /// <summary>What follows from the options for each connection.</summary>
    internal static ConnectionOptions ConnectionOptionsOf(RocketMqStoreOptions options) => new()
    {
        Encoding = options.HeaderEncoding,
        MaxOutgoingBytes = options.MaxOutgoingBytes,
        ConnectTimeout = options.ConnectTimeout,
        UseTls = options.UseTls,
        TrustAnyCertificate = options.TrustAnyCertificate,
        CreateSigner = options.AccessKey.Length == 0
            ? null
            : () => new AclSigner(options.AccessKey, options.SecretKey, options.SecurityToken),
    };

    private async Task CloseAsync()
    {
        _isClosing = true;
        Interlocked.MemoryBarrier();
        long began = _context.Time.GetTimestamp();
        while (_context.Outstanding > 0 && _context.Time.GetElapsedTime(began) < _context.Options.DrainTimeout)
        {
            await Task.Delay(DrainPoll, _context.Time).ConfigureAwait(false);
        }

        bool wasDrained = _context.Outstanding == 0;
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (wasDrained)
        {
            await UnregisterAsync().ConfigureAwait(false);
        }

        // What is on its way from one waiting place to the next is met in one of them.
        while (true)
        {
            foreach (TopicState topic in _topics.All)
            {
                topic.Stop();
            }

            foreach (BrokerClient broker in _brokers.All)
            {
                broker.MultiTopicLane?.Stop();
                await broker.CloseAsync().ConfigureAwait(false);
            }

            if (_context.Outstanding == 0)
            {
                break;
            }

            await Task.Delay(DrainPoll, _context.Time).ConfigureAwait(false);
        }

        await _nameServers.StopAsync().ConfigureAwait(false);
        await _background.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task UnregisterAsync()
    {
        var calls = new List<Task>();
        foreach (BrokerClient broker in _brokers.All)
        {
            var call = new RemotingCall(
                RequestCode.Unregister, [], ("clientID", _context.ClientId), ("producerGroup", _context.ProducerGroup));
            if (broker.TrySendNow(call))
            {
                calls.Add(call.Completion);
            }
        }

        await Task.WhenAny(Task.WhenAll(calls), Task.Delay(UnregisterTimeout, _context.Time)).ConfigureAwait(false);
    }

    private void RoutesAreStale()
    {
        foreach (TopicState topic in _topics.All)
        {
            topic.RefreshSoon();
        }
    }
}
