namespace Ddmq.Storage.RocksDb.Committing;

/// <summary>
/// How fast the commit thread works through its queue, and which messages it will therefore not come to in time. Without that a store that
/// is asked for more than it can write writes mostly what has been answered already: every message waits as long as the queue is, and that
/// is longer than its deadline. Thread-safe; one thread measures.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class CommitPace(TimeProvider time)
{
    // Less is written by one or two commits, whose time is the disk's more than the queue's.
    private const long LeastQueue = 512 * 1024;

    // A smaller commit's time says little about the pace: fdatasync is most of it.
    private const long LeastMeasured = 256 * 1024;

    // A message is taken when the queue takes up to that share of its time. The rest is for what the estimate misses.
    private const double ShareOfTime = 0.5;

    // The weight of the newest measurement.
    private const double Weight = 0.25;

    private double _ticksPerByte;

    /// <summary>Whether a message would wait too long behind what is queued.</summary>
    /// <param name="queued">Bytes that wait or are being written.</param>
    /// <param name="deadline">The message's deadline, a timestamp of the clock; 0 for none.</param>
    public bool IsHopeless(long queued, long deadline)
    {
        if (queued < LeastQueue || deadline <= 0)
        {
            return false;
        }

        return queued * Volatile.Read(ref _ticksPerByte) > (deadline - time.GetTimestamp()) * ShareOfTime;
    }

    /// <summary>A commit of that many bytes has been written and answered.</summary>
    /// <param name="bytes">Its bytes, as the queue counts them.</param>
    /// <param name="started">When the commit thread began with it.</param>
    public void Committed(long bytes, long started)
    {
        if (bytes < LeastMeasured)
        {
            return;
        }

        double measured = (double)(time.GetTimestamp() - started) / bytes;
        Volatile.Write(ref _ticksPerByte, _ticksPerByte == 0 ? measured : (_ticksPerByte * (1 - Weight)) + (measured * Weight));
    }
}
