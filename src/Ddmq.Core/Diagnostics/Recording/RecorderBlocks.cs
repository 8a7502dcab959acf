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
    private readonly long _startedUnixMs;
    private readonly long[] _claimedUnixMs;
    private long _head;

    /// <param name="slots">Slots of the ring, a multiple of <see cref="Multiple"/>.</param>
    /// <param name="nowUnixMs">The time.</param>
    public RecorderBlocks(int slots, long nowUnixMs)
    {
        _slots = slots;
        _startedUnixMs = nowUnixMs;
        _claimedUnixMs = new long[slots / BlockSize];
    }

    /// <summary>The number of slots has to be a multiple of this.</summary>
    public static int Multiple => BlockSize * Parts * 2;

    /// <summary>What was answered since then has not been overwritten yet; Unix milliseconds.</summary>
    public long CompleteSinceUnixMs
    {
        get
        {
            long oldest = Volatile.Read(ref _head) - _slots + (_slots / Parts);
            return oldest <= 0 ? _startedUnixMs : Volatile.Read(ref _claimedUnixMs[oldest % _slots / BlockSize]);
        }
    }

    /// <summary>The slot that is given out next: with it begins the ring's oldest part.</summary>
    public int Head => (int)(Volatile.Read(ref _head) % _slots);

    /// <summary>The next slot for this thread.</summary>
    /// <param name="nowUnixMs">The time, or a moment before.</param>
    public int Next(long nowUnixMs)
    {
        Block block = _mine ??= new Block();
        if (block.OwnerId != _id || block.Left == 0 || Volatile.Read(ref _head) > block.GiveUpAt)
        {
            Claim(block, nowUnixMs);
        }

        block.Left--;
        return block.Slot++;
    }

    private void Claim(Block block, long nowUnixMs)
    {
        long end = Interlocked.Add(ref _head, BlockSize);
        block.OwnerId = _id;
        block.Slot = (int)((end - BlockSize) % _slots);
        block.Left = BlockSize;
        block.GiveUpAt = end + (_slots / Parts);
        Volatile.Write(ref _claimedUnixMs[block.Slot / BlockSize], nowUnixMs);
    }

    private sealed class Block
    {
        public long OwnerId { get; set; }

        /// <summary>The next slot.</summary>
        public int Slot { get; set; }

        /// <summary>Slots left.</summary>
        public int Left { get; set; }

        /// <summary>When the ring's head is beyond that, the rest of the block is given up.</summary>
        public long GiveUpAt { get; set; }
    }
}
