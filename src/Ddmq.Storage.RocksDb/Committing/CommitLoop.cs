using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Ddmq.Storage.RocksDb.Engine;
using Ddmq.Storage.RocksDb.Metrics;
using Ddmq.Storage.RocksDb.Native;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.RocksDb.Committing;

/// <summary>
/// The one thread that writes. Group commit without a timer: while a batch is on its way to the disk the next one gathers in
/// the queue, so a lone message waits for nobody and a crowd shares one fdatasync.
/// <code>
/// 1 take everything queued     2 build a batch     3 write, fdatasync     4 make it visible     5 answer
/// </code>
/// It also is the only thread that closes and reopens the database, so it uses it without holding it.
/// </summary>
internal sealed partial class CommitLoop
{
    // Bounds the batch's memory and how long its first message waits for its last one's bytes.
    private const long MaxBatchBytes = 4 * 1024 * 1024;

    private static readonly SendResult TooLate =
        SendResult.Failed(SendStatus.Timeout, Stored.No, "the deadline had passed before the embedded store came to it");

    private readonly StoreAccess _access;
    private readonly SendQueue _queue;
    private readonly StoreHealth _health;
    private readonly StoreCounters _counters;
    private readonly AppendSignal _signal;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly BatchBuilder _builder;
    private readonly CommitPace _pace;
    private readonly SendResult _stopping;
    private readonly List<SendOperation> _taken = new(1024);
    private readonly List<SendOperation> _batch = new(1024);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastBytes;
    private string? _lastUnreadable;

    public CommitLoop(
        StoreAccess access,
        SendQueue queue,
        StoreHealth health,
        BatchBuilder builder,
        StoreCounters counters,
        AppendSignal signal,
        CommitPace pace,
        SendResult stopping,
        TimeProvider timeProvider,
        ILogger logger)
    {
        _access = access;
        _queue = queue;
        _health = health;
        _counters = counters;
        _signal = signal;
        _pace = pace;
        _stopping = stopping;
        _timeProvider = timeProvider;
        _logger = logger;
        _builder = builder;
    }

    /// <summary>Completes when the queue has been closed, everything in it answered, and the thread is done.</summary>
    public Task Stopped => _stopped.Task;

    public void Start() => new Thread(Run) { Name = "ddmq-store-commit", IsBackground = true }.Start();

    private void Run()
    {
        // Every message waits for this thread; where it shares a CPU with a loop, it is not to wait until that has served all that is ready.
        ThreadSlice.TryShorten();
        _health.CanWrite(0);
        bool open = true;
        while (open)
        {
            open = _queue.Take(_taken, out bool woken);
            if (woken && _health.TryRecover())
            {
                _counters.Reopened();
            }

            int done = 0;
            while (done < _taken.Count)
            {
                done = CommitFrom(done, open);
            }

            _taken.Clear();
        }

        _builder.Dispose();
        _stopped.SetResult();
    }

    /// <summary>Commits and answers a batch of the taken messages, from that index on.</summary>
    /// <returns>The index behind the batch.</returns>
    private int CommitFrom(int start, bool open)
    {
        int end = start;
        long started = _timeProvider.GetTimestamp();
        string? failure;
        try
        {
            if (!_health.CanWrite(_lastBytes) || _access.Owned is not { } store)
            {
                return RefuseFrom(start, open ? _health.Refusal : _stopping);
            }

            long now = _timeProvider.GetUtcNow().ToUnixTimeMilliseconds();
            while (end < _taken.Count && _builder.Bytes < MaxBatchBytes)
            {
                SendOperation operation = _taken[end++];
                if (operation.Request.DeadlineTimestamp is var deadline and > 0 && started >= deadline)
                {
                    // Answered already. Under overload, work for those who have gone would be all that is done.
                    Refuse(operation, TooLate);
                }
                else
                {
                    Add(operation, store, now);
                }
            }

            failure = _builder.Count > 0 ? Write(store) : null;
        }
        catch (Exception exception)
        {
            // A bug of ours; but nobody is left waiting for it, and reopening gets rid of whatever it left behind.
            Log.Unexpected(_logger, exception);
            failure = exception.Message;
        }

        if (failure is null)
        {
            _builder.Publish();
            _signal.Appended();
        }
        else
        {
            _builder.Rollback();
            _health.WriteFailed(failure);
            _counters.CommitFailed();
        }

        long bytes = AnswerBatch(failure is null);
        if (failure is null)
        {
            _pace.Committed(bytes, started);
        }

        return end;
    }

    private void Add(SendOperation operation, OpenStore store, long now)
    {
        _batch.Add(operation);
        SendResult? refusal;
        try
        {
            if (_builder.TryAdd(operation, store, now, out refusal))
            {
                return;
            }
        }
        catch (RocksDbStoreException exception)
        {
            // Only this partition cannot be read; the others go on. Said once, not for every message.
            if (_lastUnreadable != exception.Message)
            {
                _lastUnreadable = exception.Message;
                Log.Unreadable(_logger, exception.Message);
            }

            refusal = SendResult.Refused(SendStatus.Unknown, exception.Message);
        }

        _batch.RemoveAt(_batch.Count - 1);
        Refuse(operation, refusal.Value);
    }

    private void Refuse(SendOperation operation, in SendResult refusal)
    {
        _queue.Release(1, operation.Cost);
        operation.Complete(refusal);
    }

    private string? Write(OpenStore store)
    {
        long started = _timeProvider.GetTimestamp();
        if (store.Database.TryWrite(_builder.Batch) is { } failure)
        {
            return failure;
        }

        _lastBytes = _builder.Bytes;
        _counters.Committed(_builder.Count, _builder.Bytes, _timeProvider.GetElapsedTime(started));
        return null;
    }

    /// <returns>What the batch counted for in the queue.</returns>
    private long AnswerBatch(bool isStored)
    {
        long cost = 0;
        foreach (SendOperation operation in _batch)
        {
            cost += operation.Cost;
        }

        _queue.Release(_batch.Count, cost);
        foreach (SendOperation operation in _batch)
        {
            // Whatever RocksDB says about a write that failed, its record may be in the log and come back when the log is read.
            operation.Complete(isStored
                ? SendResult.Ok(operation.Partition, operation.Offset)
                : SendResult.Failed(
                    SendStatus.Unknown, Stored.Unknown, "the embedded store failed while writing"));
        }

        _batch.Clear();
        return cost;
    }

    private int RefuseFrom(int start, in SendResult refusal)
    {
        for (int i = start; i < _taken.Count; i++)
        {
            Refuse(_taken[i], refusal);
        }

        return _taken.Count;
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Store + 5, LogLevel.Error, "A partition of the embedded store cannot be used: {Reason}")]
        public static partial void Unreadable(ILogger logger, string reason);

        [LoggerMessage(EventIds.Store + 6, LogLevel.Critical, "Unexpected exception while committing to the embedded store")]
        public static partial void Unexpected(ILogger logger, Exception exception);
    }
}
