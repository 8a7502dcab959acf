using Ddmq.Storage.RocksDb.Engine;
using Ddmq.Storage.RocksDb.Format;
using Ddmq.Storage.RocksDb.Logs;

namespace Ddmq.Storage.RocksDb.Retention;

/// <summary>
/// Finds where a partition is to begin. Store times and positions only grow along a partition, so both limits are found
/// by binary search over the offsets: a few dozen looks, however much is stored. Changes nothing in the store.
/// </summary>
internal sealed class CutFinder(RocksDbStoreOptions options, Database database, long nowUnixMs)
{
    private long Oldest => nowUnixMs - (long)options.RetentionAge.TotalMilliseconds;

    /// <summary>The offset the partition is to begin at, and its position; false when nothing is to be cut.</summary>
    public bool TryFind(PartitionLog partition, out long offset, out long position)
    {
        long first = partition.FirstOffset;
        long next = partition.NextOffset;
        long end = partition.EndPosition;
        offset = first;
        position = partition.FirstPosition;
        bool isOld = options.RetentionAge != TimeSpan.Zero && partition.FirstStoreUnixMs < Oldest;
        bool isLarge = options.RetentionBytesPerPartition != 0 && end - position > options.RetentionBytesPerPartition;
        if (first == next || (!isOld && !isLarge))
        {
            return false;
        }

        // Opened after the end was read: what was appended later is not in the cursor's view.
        using Cursor cursor = database.OpenCursor(scan: true);
        offset = Math.Max(ByAge(cursor, partition, first, next), ByBytes(cursor, partition, first, next, end));
        if (offset == first)
        {
            return false;
        }

        position = offset == next ? PositionBehind(cursor, partition, next - 1) : HeaderAt(cursor, partition, offset).Position;
        return true;
    }

    /// <summary>The first offset that is young enough; <paramref name="next"/> when none is.</summary>
    private long ByAge(Cursor cursor, PartitionLog partition, long first, long next)
    {
        if (options.RetentionAge == TimeSpan.Zero)
        {
            return first;
        }

        if (partition.FirstStoreUnixMs == 0)
        {
            partition.FirstStoreUnixMs = HeaderAt(cursor, partition, first).StoreUnixMs;
        }

        return partition.FirstStoreUnixMs >= Oldest
            ? first
            : Search(first, next, candidate => HeaderAt(cursor, partition, candidate).StoreUnixMs >= Oldest);
    }

    /// <summary>The first offset from which on everything fits; at most the newest message's, which always stays.</summary>
    private long ByBytes(Cursor cursor, PartitionLog partition, long first, long next, long end)
    {
        long limit = options.RetentionBytesPerPartition;
        return limit == 0 || end - partition.FirstPosition <= limit
            ? first
            : Search(first, next - 1, candidate => end - HeaderAt(cursor, partition, candidate).Position <= limit);
    }

    /// <summary>
    /// The first offset for which <paramref name="isKept"/>, which once true stays true; <paramref name="high"/> when
    /// there is none below it.
    /// </summary>
    private static long Search(long low, long high, Func<long, bool> isKept)
    {
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            if (isKept(middle))
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private RecordHeader HeaderAt(Cursor cursor, PartitionLog partition, long offset)
    {
        Span<byte> key = stackalloc byte[StoreKeys.RecordLength];
        StoreKeys.WriteRecord(key, partition.Id, offset);
        if (cursor.Seek(key) && cursor.Key.SequenceEqual(key) && RecordCodec.TryReadHeader(cursor.Value, out RecordHeader header))
        {
            return header;
        }

        throw RocksDbErrors.Malformed(options.Path, $"offset {offset} of partition id {partition.Id} is missing or malformed");
    }

    private long PositionBehind(Cursor cursor, PartitionLog partition, long offset) =>
        HeaderAt(cursor, partition, offset).Position + cursor.Value.Length;
}
