namespace Ddmq.Core.Limits;

/// <summary>
/// Bytes of all topics' messages that have been answered while their store still holds them. The front door counts a call until its reply is
/// written; these come on top of that, so that brokers that hang cannot take more of the node's memory than its bound allows, however many
/// topics they have. Touched only when a message is left to its store, and when that lets go of it. Thread-safe.
/// </summary>
public sealed class AbandonedBytes
{
    private long _bytes;

    /// <summary>Bytes now.</summary>
    public long Current => Volatile.Read(ref _bytes);

    internal void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);

    internal void Remove(long bytes) => Interlocked.Add(ref _bytes, -bytes);
}
