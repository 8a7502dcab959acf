using Ddmq.Core.Storage;

namespace Ddmq.Storage.RocksDb.Committing;

/// <summary>
/// How fast the commit thread works through its queue, in bytes, and which messages it will therefore not come to in time. Thread-safe; one
/// thread measures.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class CommitPace(TimeProvider time)
{
    // Less is written by one or two commits, whose time is the disk's more than the queue's.
    private const long LeastQueue = 512 * 1024;

    // A smaller commit's time says little about the pace: fdatasync is most of it.
    private const long LeastMeasured = 256 * 1024;

    private readonly QueuePace _pace = new(time);

    /// <summary>Whether a message would wait too long behind what is queued.</summary>
    /// <param name="queued">Bytes that wait or are being written.</param>
    /// <param name="deadline">The message's deadline, a timestamp of the clock; 0 for none.</param>
    public bool IsHopeless(long queued, long deadline) => queued >= LeastQueue && deadline > 0 && _pace.IsHopeless(queued, 0, deadline);

    /// <summary>A commit of that many bytes has been written and answered.</summary>
    /// <param name="bytes">Its bytes, as the queue counts them.</param>
    /// <param name="started">When the commit thread began with it.</param>
    public void Committed(long bytes, long started)
    {
        if (bytes >= LeastMeasured)
        {
            _pace.Measured(bytes, started);
        }
    }
}
