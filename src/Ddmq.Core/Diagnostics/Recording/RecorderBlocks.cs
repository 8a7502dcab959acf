namespace Ddmq.Core.Diagnostics.Recording;

/// <summary>
/// Gives out a ring's slots to the threads that write: a block of 64 in a row to each, so that they meet at one counter once in 64 messages only.
/// A thread gives up a block that it could not fill while an eighth of the ring went by; so whatever is written stays for seven
/// eighths of a round at least, also what a thread writes that rarely has something to write. Thread-safe.
/// </summary>
internal sealed class RecorderBlocks
{
    private const int BlockSize = 64;
    private const int Parts = 8;

    [ThreadStatic]
    private static Block? _mine;

    private static long _lastId;

    private readonly long _id = Interlocked.Increment(ref _lastId);
    private readonly int _slots;
    private readonly long[] _claimedUnixMs;
    private long _head;

    /// <param name="slots">Slots of the ring, a multiple of <see cref="Multiple"/>.</param>
    /// <param name="nowUnixMs">The time.</param>
    public RecorderBlocks(int slots, long nowUnixMs)
    {
        _slots = slots;
        _claimedUnixMs = new long[slots / BlockSize];
        Array.Fill(_claimedUnixMs, nowUnixMs);
    }

    /// <summary>The number of slots has to be a multiple of this.</summary>
    public static int Multiple => BlockSize * Parts * 2;

    /// <summary>What was answered since then has not been overwritten yet; Unix milliseconds.</summary>
    public long CompleteSinceUnixMs
    {
        get
        {
            long oldest = Volatile.Read(ref _head) - _slots + (_slots / Parts);
            return Volatile.Read(ref _claimedUnixMs[Math.Max(0, oldest) % _slots / BlockSize]);
        }
    }

    /// <summary>The slot that is given out next: with it begins the ring's oldest part.</summary>
    public int Head => (int)(Volatile.Read(ref _head) % _slots);

    /// <summary>The next slot for this thread.</summary>
    /// <param name="nowUnixMs">The time, or a moment before.</param>
    public int Next(long nowUnixMs)
    {
        Block block = _mine ??= new Block();
        if (block.OwnerId != _id || block.Next == block.End || Volatile.Read(ref _head) - block.End > _slots / Parts)
        {
            block.OwnerId = _id;
            block.End = Interlocked.Add(ref _head, BlockSize);
            block.Next = block.End - BlockSize;
            Volatile.Write(ref _claimedUnixMs[block.Next % _slots / BlockSize], nowUnixMs);
        }

        return (int)(block.Next++ % _slots);
    }

    private sealed class Block
    {
        public long OwnerId { get; set; }

        public long Next { get; set; }

        public long End { get; set; }
    }
}
