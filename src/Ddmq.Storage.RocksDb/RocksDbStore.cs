using Ddmq.Core.Messages;
using Ddmq.Core.Storage;
using Ddmq.Storage.RocksDb.Committing;
using Ddmq.Storage.RocksDb.Engine;
using Ddmq.Storage.RocksDb.Metrics;
using Ddmq.Storage.RocksDb.Native;
using Ddmq.Storage.RocksDb.Reading;
using Ddmq.Storage.RocksDb.Retention;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.RocksDb;

/// <summary>
/// The embedded store: topics with partitions on this machine's disk, in one RocksDB. Acknowledged means on the disk, after
/// fdatasync; what is acknowledged survives a crash of the process and of the machine, at its offset, without gaps.
/// Topics are created with their first message. Thread-safe.
/// </summary>
public sealed class RocksDbStore : IMessageStore
{
    private readonly SendLimits _limits;
    private readonly SendQueue _queue;
    private readonly StoreAccess _access;
    private readonly StoreHealth _health;
    private readonly CommitPace _pace;
    private readonly CommitLoop _loop;
    private readonly AppendSignal _signal = new();
    private readonly MessageReader _reader;
    private readonly RetentionTask _retention;
    private readonly HeadCutter _cutter;
    private readonly Lock _disposing = new();
    private Task? _disposed;

    private RocksDbStore(RocksDbStoreOptions options, SendQueue queue, OpenStore store, TimeProvider timeProvider, ILogger logger)
    {
        Path = options.Path;
        MaxMessageSize = options.MaxMessageSize;
        _limits = new SendLimits(options);
        _queue = queue;
        _access = new StoreAccess(options.Path, store);
        _health = new StoreHealth(options, _access, new DiskSpace(options, timeProvider), timeProvider, _queue.Wake, logger);
        _pace = new CommitPace(timeProvider);
        _loop = new CommitLoop(
            _access, _queue, _health, new BatchBuilder(options), Counters, _signal, _pace, _limits.Stopping, timeProvider, logger);
        _reader = new MessageReader(options, _access);
        _retention = new RetentionTask(options, _access, _health, Counters, timeProvider, logger);
        _cutter = new HeadCutter(options, _access);
        _loop.Start();
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public bool MayGoElsewhere(SendRequest request) => false;

    /// <inheritdoc/>
    public int MaxMessageSize { get; }

    /// <inheritdoc/>
    public string? Trouble => _health.Trouble;

    /// <summary>What the store has done since it was opened.</summary>
    public StoreCounters Counters { get; } = new();

    /// <summary>Messages that wait for the disk or are on their way to it.</summary>
    public long QueuedMessages => _queue.Count;

    /// <summary>What they count for in <see cref="RocksDbStoreOptions.MaxQueuedBytes"/>: their bytes, and a little for each.</summary>
    public long QueuedBytes => _queue.Bytes;

    /// <summary>Grows with every commit; see <see cref="WaitForAppendAsync"/>.</summary>
    public long AppendVersion => _signal.Version;

    /// <summary>
    /// Opens the store in the options' folder, or creates it there. One process at a time has a store open. Opening reads the
    /// topics' names and what was written since the last table was finished; it does not grow with what is stored.
    /// </summary>
    /// <param name="options">Not to be changed afterwards.</param>
    /// <param name="timeProvider">Store times, retention and back-off.</param>
    /// <param name="logger">Told of trouble and of its end.</param>
    /// <exception cref="RocksDbStoreException">
    /// Options out of range, native library missing, folder unusable, store locked, damaged or written by a newer version: the
    /// message says which, where, and what helps.
    /// </exception>
    public static RocksDbStore Open(RocksDbStoreOptions options, TimeProvider timeProvider, ILogger logger)
    {
        if (options.Errors() is { Count: > 0 } errors)
        {
            throw new RocksDbStoreException("The embedded store's options are wrong. " + string.Join(" ", errors));
        }

        RocksDbLibrary.EnsureLoaded();
        var queue = new SendQueue(options.MaxQueuedBytes);
        try
        {
            return new RocksDbStore(options, queue, OpenStore.Open(options), timeProvider, logger);
        }
        catch
        {
            queue.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Answers on the commit thread: what continues there delays every other message, so it should only pass the result on.</remarks>
    public ValueTask<SendResult> SendAsync(SendRequest request)
    {
        if (!_limits.Allows(request, out int cost, out SendResult refusal))
        {
            return new(refusal);
        }

        // In trouble the commit thread may be busy reopening the database for seconds; nobody has to wait for that.
        if (_health.Trouble is not null && _disposed is null)
        {
            return new(_health.Refusal);
        }

        if (!request.IsRestOfBatch && _pace.IsHopeless(_queue.Bytes, request.DeadlineTimestamp))
        {
            Counters.EarlyRefusal();
            return new(_limits.QueueTooLong);
        }

        SendQueueAnswer answer = _queue.TryAdd(request, cost, out SendOperation? operation);
        return answer switch
        {
            SendQueueAnswer.Added => operation!.Task,
            SendQueueAnswer.Full => new(_limits.QueueFull),
            _ => new(_limits.Stopping),
        };
    }

    /// <summary>Every topic and where its partitions begin and end, sorted by name.</summary>
    /// <exception cref="RocksDbStoreException">The store is closed, also while it waits to be reopened, or cannot be read.</exception>
    public IReadOnlyList<StoredTopic> Topics() => _reader.Topics();

    /// <summary>Reads messages of one partition in order. Only durable messages are seen.</summary>
    /// <param name="topic">The topic; unknown ones have no messages.</param>
    /// <param name="partition">The partition, from 0; those that do not exist have no messages.</param>
    /// <param name="fromOffset">Where to begin; the oldest message kept when that is later.</param>
    /// <param name="maxMessages">At most so many.</param>
    /// <param name="maxBytes">At most so many bytes of records, except that the first message is given whatever its size.</param>
    /// <returns>The messages, empty when there is none (yet).</returns>
    /// <exception cref="RocksDbStoreException">The store is closed, also while it waits to be reopened, or cannot be read.</exception>
    public IReadOnlyList<StoredMessage> Read(string topic, int partition, long fromOffset, int maxMessages, long maxBytes) =>
        _reader.Read(topic, partition, fromOffset, maxMessages, maxBytes);

    /// <summary>
    /// Waits for messages without polling: take <see cref="AppendVersion"/>, read, and when there was nothing wait with that
    /// version. Completes at once when something was appended since, and when the store stops.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Task WaitForAppendAsync(long seenVersion, CancellationToken cancellationToken) =>
        _signal.WaitAsync(seenVersion, cancellationToken);

    /// <summary>
    /// Commits what is queued, answers everything, and closes the store. Messages sent from the call on are answered with
    /// <see cref="SendStatus.ShuttingDown"/>. Can be called again. Not to be waited for in a continuation of <see cref="SendAsync"/>.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        lock (_disposing)
        {
            return new(_disposed ??= CloseAsync());
        }
    }

    /// <summary>As <see cref="Read"/>, the records as bytes, sound or not.</summary>
    internal IReadOnlyList<(long Offset, byte[] Record)> ReadRecords(string topic, int partition, long fromOffset, int maxRecords, long maxBytes) =>
        _reader.ReadRecords(topic, partition, fromOffset, maxRecords, maxBytes);

    /// <inheritdoc cref="HeadCutter.Cut"/>
    internal void Cut(string topic, int partition, long offset, int bytes) => _cutter.Cut(topic, partition, offset, bytes);

    /// <inheritdoc cref="HeadCutter.GiveSpaceBack"/>
    internal void GiveSpaceBack(bool isEmpty) => _cutter.GiveSpaceBack(isEmpty);

    private async Task CloseAsync()
    {
        _queue.Close();
        await _loop.Stopped.ConfigureAwait(false);

        // The commit thread is gone: from here on this is the only one to close the database.
        _health.Dispose();
        _queue.Dispose();
        _access.StopCompacting();
        _retention.Dispose();
        _access.Dispose();
        _signal.Close();
    }
}
