using Ddmq.Storage.RocksDb.Engine;
using Ddmq.Storage.RocksDb.Format;
using Ddmq.Storage.RocksDb.Logs;

namespace Ddmq.Storage.RocksDb.Retention;

/// <summary>
/// How a partition's beginning moves on the disk: what lies before it is deleted, and the new beginning noted.
/// <para>
/// The span deleted always begins at the partition's very beginning, not at the last cut: dropping a file can drop an earlier
/// deletion with it, and this one renews it. The key it begins at must stay shorter than a record's, see DatabaseTuning.
/// </para>
/// </summary>
internal static class PartitionCut
{
    /// <summary>Adds the partition's cut, which it already knows of, to the batch.</summary>
    public static void Add(WriteBatch batch, PartitionLog partition)
    {
        Span<byte> start = stackalloc byte[StoreKeys.PartitionLength];
        Span<byte> limit = stackalloc byte[StoreKeys.RecordLength];
        WriteSpan(start, limit, partition);
        batch.DeleteRange(start, limit);

        Span<byte> key = stackalloc byte[StoreKeys.HeadLength];
        Span<byte> value = stackalloc byte[HeadValue.Length];
        StoreKeys.WriteHead(key, partition.Id);
        new HeadValue(partition.FirstOffset, partition.FirstPosition, partition.LastStoreUnixMs).Write(value);
        batch.Put(key, value);
    }

    /// <summary>The keys of what lies before the partition's beginning.</summary>
    public static void WriteSpan(Span<byte> start, Span<byte> limit, PartitionLog partition)
    {
        StoreKeys.WritePartition(start, partition.Id);
        StoreKeys.WriteRecord(limit, partition.Id, partition.FirstOffset);
    }
}
