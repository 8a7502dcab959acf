using Ddmq.Core.Diagnostics;
using Ddmq.Storage.RocksDb.Committing;
using Ddmq.Storage.RocksDb.Engine;
using Ddmq.Storage.RocksDb.Format;
using Ddmq.Storage.RocksDb.Logs;
using Ddmq.Storage.RocksDb.Metrics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.RocksDb.Retention;

/// <summary>
/// Deletes what is too old or too much, at the heads of the partitions, now and then.
/// <para>
/// Order of events for one cut: the partition's beginning moves (readers no longer look below it); one batch deletes the
/// span and notes the new beginning; whole files in the span are dropped; once enough has been cut, the files that overlap
/// the span are rewritten without it. A crash in between leaves records that nobody sees, or that are deleted again.
/// </para>
/// </summary>
internal sealed partial class RetentionTask : IDisposable
{
    // Below that, what is left in files at the edges of a span is not worth rewriting them.
    private const long CompactAfterBytes = 8 * 1024 * 1024;
    private const long CompactAllAfterBytes = 256 * 1024 * 1024;
    private const int TopicsPerBatch = 64;

    private readonly RocksDbStoreOptions _options;
    private readonly StoreAccess _access;
    private readonly StoreHealth _health;
    private readonly StoreCounters _counters;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Lock _running = new();
    private readonly ITimer? _timer;
    private volatile bool _stopping;
    private long _cutBytes;
    private string? _lastFailure;

    public RetentionTask(
        RocksDbStoreOptions options,
        StoreAccess access,
        StoreHealth health,
        StoreCounters counters,
        TimeProvider timeProvider,
        ILogger logger)
    {
        _options = options;
        _access = access;
        _health = health;
        _counters = counters;
        _timeProvider = timeProvider;
        _logger = logger;
        if (options.RetentionAge != TimeSpan.Zero || options.RetentionBytesPerPartition != 0)
        {
            _timer = timeProvider.CreateTimer(_ => Run(), null, options.RetentionInterval, options.RetentionInterval);
        }
    }

    /// <summary>Stops the timer and waits for a run under way, which ends early.</summary>
    public void Dispose()
    {
        _stopping = true;
        _timer?.Dispose();
        lock (_running)
        {
        }
    }

    /// <summary>One run; returns at once when another is under way, or the store waits to be reopened.</summary>
    private void Run()
    {
        if (_health.IsBroken || !_running.TryEnter())
        {
            return;
        }

        try
        {
            Trim();
        }
        catch (RocksDbStoreException exception)
        {
            Failed(exception.Message);
        }
        catch (Exception exception)
        {
            // On a timer's thread it would end the process; retention tries again at its next time.
            Log.Unexpected(_logger, exception);
        }
        finally
        {
            _running.Exit();
        }
    }

    private void Failed(string reason)
    {
        // Once, not every minute of a night with a full disk.
        if (_lastFailure != reason)
        {
            _lastFailure = reason;
            Log.Failed(_logger, reason);
        }
    }

    private void Trim()
    {
        long now = _timeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        OpenStore store;
        TopicLog[][] groups;
        using (StoreAccess.Lease lease = _access.Hold())
        {
            store = lease.Store;
            groups = [.. store.Topics.Topics.Chunk(TopicsPerBatch)];
        }

        foreach (TopicLog[] group in groups)
        {
            // Held for one group at a time, so that a reopening need not wait for the whole run.
            using StoreAccess.Lease lease = _access.Hold();
            if (_stopping || _health.IsBroken || !ReferenceEquals(lease.Store, store))
            {
                return;
            }

            List<PartitionLog> cut = CutAll(group, store.Database, now);
            if (cut.Count > 0)
            {
                GiveSpaceBack(cut, store.Database);
            }
        }
    }

    private List<PartitionLog> CutAll(TopicLog[] topics, Database database, long now)
    {
        var finder = new CutFinder(_options, database, now);
        var cut = new List<PartitionLog>();
        long messages = 0;
        using var batch = new WriteBatch();
        foreach (PartitionLog partition in topics.SelectMany(topic => topic.Partitions))
        {
            partition.EnsureLoaded(_options.Path, database);
            if (finder.TryFind(partition, out long offset, out long position))
            {
                messages += offset - partition.FirstOffset;
                _cutBytes += position - partition.FirstPosition;
                partition.Cut(offset, position);
                PartitionCut.Add(batch, partition);
                cut.Add(partition);
            }
        }

        // Synced before any file is dropped: otherwise a power failure could bring the old beginning back without its records.
        if (cut.Count > 0 && database.TryWrite(batch) is { } status)
        {
            Failed(status);
            return [];
        }

        _counters.RetentionDeleted(messages);
        return cut;
    }

    private void GiveSpaceBack(List<PartitionLog> cut, Database database)
    {
        Span<byte> start = stackalloc byte[StoreKeys.PartitionLength];
        Span<byte> limit = stackalloc byte[StoreKeys.RecordLength];
        foreach (PartitionLog partition in cut)
        {
            PartitionCut.WriteSpan(start, limit, partition);
            database.DeleteFilesInRange(start, limit);
            if (partition.CutBytes >= CompactAfterBytes && !_stopping)
            {
                database.Compact(start, limit);
                _cutBytes -= partition.CutBytes;
                partition.CutBytes = 0;
            }
        }

        // Many partitions that were each cut a little.
        if (_cutBytes >= CompactAllAfterBytes && !_stopping)
        {
            database.Compact([StoreKeys.RecordPrefix], [StoreKeys.RecordPrefix + 1]);
            _cutBytes = 0;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Store + 7, LogLevel.Warning, "Retention failed and will be tried again: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);

        [LoggerMessage(EventIds.Store + 8, LogLevel.Error, "Unexpected exception in retention; it will be tried again")]
        public static partial void Unexpected(ILogger logger, Exception exception);
    }
}
