namespace Ddmq.Core.Retrying;

/// <summary>What was counted of messages that are sent more than once, for a cluster or a topic. Thread-safe; nothing is counted while all goes well.</summary>
public sealed class RetryCounters
{
    private readonly long[] _retries = new long[Enum.GetValues<RetryReason>().Length];
    private long _overBudget;
    private long _storedByRetry;
    private long _possibleDuplicates;
    private long _duplicates;
    private long _joined;

    /// <summary>Retries that the budget did not allow.</summary>
    public long OverBudget => Volatile.Read(ref _overBudget);

    /// <summary>Messages that were stored, and not by their first attempt.</summary>
    public long StoredByRetry => Volatile.Read(ref _storedByRetry);

    /// <summary>Messages sent once more while it was not known whether they were stored already.</summary>
    public long PossibleDuplicates => Volatile.Read(ref _possibleDuplicates);

    /// <summary>Messages of which two attempts were stored, for certain.</summary>
    public long Duplicates => Volatile.Read(ref _duplicates);

    /// <summary>Messages that were not sent, because the same message had been sent before; answered with that one's outcome.</summary>
    public long Joined => Volatile.Read(ref _joined);

    /// <summary>Attempts that were not a message's first.</summary>
    public long Retries(RetryReason reason) => Volatile.Read(ref _retries[(int)reason]);

    internal void CountRetry(RetryReason reason)
    {
        Interlocked.Increment(ref _retries[(int)reason]);
        if (reason != RetryReason.NotStored)
        {
            CountPossibleDuplicate();
        }
    }

    internal void CountOverBudget() => Interlocked.Increment(ref _overBudget);

    internal void CountStoredByRetry() => Interlocked.Increment(ref _storedByRetry);

    internal void CountPossibleDuplicate() => Interlocked.Increment(ref _possibleDuplicates);

    internal void CountDuplicate() => Interlocked.Increment(ref _duplicates);

    internal void CountJoined() => Interlocked.Increment(ref _joined);

    /// <summary>Takes over what others have counted; nobody may count there any more.</summary>
    internal void Absorb(RetryCounters other)
    {
        foreach (RetryReason reason in Enum.GetValues<RetryReason>())
        {
            Interlocked.Add(ref _retries[(int)reason], other.Retries(reason));
        }

        Interlocked.Add(ref _overBudget, other.OverBudget);
        Interlocked.Add(ref _storedByRetry, other.StoredByRetry);
        Interlocked.Add(ref _possibleDuplicates, other.PossibleDuplicates);
        Interlocked.Add(ref _duplicates, other.Duplicates);
        Interlocked.Add(ref _joined, other.Joined);
    }
}
