namespace Ddmq.Core.Spooling;

/// <summary>One lane of a <see cref="SpoolQueue"/>: what the spool knows of it. Under the spool's lock.</summary>
internal sealed class SpoolLane(SpoolQueue queue, int number)
{
    public SpoolQueue Queue { get; } = queue;

    public int Number { get; } = number;

    /// <summary>The offset of the first entry.</summary>
    public long First { get; set; }

    /// <summary>When the first entry was spooled, Unix ms.</summary>
    public long FirstUnixMs { get; set; }

    /// <summary>The offset behind the last entry that can be delivered.</summary>
    public long Next { get; set; }

    /// <summary>Offsets of entries that are on the disk, while the one before them is not yet known to be.</summary>
    public SortedSet<long> Early { get; } = [];

    /// <summary>Appends under way.</summary>
    public int Pending { get; set; }

    /// <summary>
    /// An entry from before the process began may have been on its way when that one ended: the first of the lane, since a lane has one on
    /// its way at most. Its offset; -1 for none.
    /// </summary>
    public long PossiblySent { get; set; } = -1;

    /// <summary>Whether a message behind which others have to wait is in the lane, or on its way into it.</summary>
    public bool IsOccupied => Pending > 0 || First < Next;
}
