namespace Ddmq.Storage.RocksDb.Metrics;

/// <summary>What the store has done since it was opened. Any thread may read; each number is right on its own.</summary>
public sealed class StoreCounters
{
    private long _commits;
    private long _failedCommits;
    private long _messages;
    private long _bytes;
    private long _lastBatchMessages;
    private long _refusedEarly;
    private long _reopenings;
    private long _retentionDeleted;

    /// <summary>Batches that reached the disk.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Batches that did not, or of which that is not known.</summary>
    public long FailedCommits => Volatile.Read(ref _failedCommits);

    /// <summary>Messages stored.</summary>
    public long Messages => Volatile.Read(ref _messages);

    /// <summary>Bytes of their records, before compression.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Messages in the batch written last.</summary>
    public long LastBatchMessages => Volatile.Read(ref _lastBatchMessages);

    /// <summary>Messages refused because their turn would not have come in time.</summary>
    public long RefusedEarly => Volatile.Read(ref _refusedEarly);

    /// <summary>How often the database was reopened after a failure.</summary>
    public long Reopenings => Volatile.Read(ref _reopenings);

    /// <summary>Messages deleted by retention.</summary>
    public long RetentionDeletedMessages => Volatile.Read(ref _retentionDeleted);

    /// <summary>How long a batch's write, its fdatasync included, took.</summary>
    public DurationHistogram CommitDuration { get; } = new();

    internal void EarlyRefusal() => Interlocked.Increment(ref _refusedEarly);

    // Every field below has one writing thread: the commit thread, for the last one retention.
    internal void Committed(int messages, long bytes, TimeSpan duration)
    {
        CommitDuration.Record(duration);
        Volatile.Write(ref _lastBatchMessages, messages);
        Volatile.Write(ref _bytes, _bytes + bytes);
        Volatile.Write(ref _messages, _messages + messages);
        Volatile.Write(ref _commits, _commits + 1);
    }

    internal void CommitFailed() => Volatile.Write(ref _failedCommits, _failedCommits + 1);

    internal void Reopened() => Volatile.Write(ref _reopenings, _reopenings + 1);

    internal void RetentionDeleted(long messages) => Volatile.Write(ref _retentionDeleted, _retentionDeleted + messages);
}
