namespace Ddmq.Storage.RocksDb.Committing;

/// <summary>Tells readers that something was appended. While nobody waits a commit pays one increment and one read.</summary>
internal sealed class AppendSignal
{
    private long _version;
    private TaskCompletionSource? _waiter;
    private volatile bool _closed;

    /// <summary>Grows with every commit.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>Completes when <see cref="Version"/> is no longer <paramref name="seenVersion"/>, or the store stops.</summary>
    public Task WaitAsync(long seenVersion, CancellationToken cancellationToken)
    {
        if (_closed || Version != seenVersion)
        {
            return Task.CompletedTask;
        }

        TaskCompletionSource? waiter = Volatile.Read(ref _waiter);
        if (waiter is null)
        {
            var added = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiter = Interlocked.CompareExchange(ref _waiter, added, null) ?? added;
        }

        // A commit between the first look and the exchange saw no waiter; this second look sees that commit.
        return _closed || Version != seenVersion ? Task.CompletedTask : waiter.Task.WaitAsync(cancellationToken);
    }

    public void Appended()
    {
        Interlocked.Increment(ref _version);
        if (Volatile.Read(ref _waiter) is not null)
        {
            Interlocked.Exchange(ref _waiter, null)?.TrySetResult();
        }
    }

    public void Close()
    {
        _closed = true;
        Appended();
    }
}
