using System.Text;
using Ddmq.Storage.RocksDb.Engine;
using Ddmq.Storage.RocksDb.Logs;

namespace Ddmq.Storage.RocksDb.Retention;

/// <summary>
/// Moves the beginnings of partitions record by record, for a reader that removes what it has taken; instead of <see cref="RetentionTask"/>,
/// not beside it. A cut is not synced: after a crash of the machine some of what was removed may be back. Thread-safe, but for one caller
/// at a time for each partition.
/// </summary>
internal sealed class HeadCutter(RocksDbStoreOptions options, StoreAccess access)
{
    // Files are worth rewriting when so much of them is removed, or when that is all there is.
    private const long RewriteAfterBytes = 64 * 1024 * 1024;
    private const long RewriteEmptyAfterBytes = 4 * 1024 * 1024;

    private long _cutBytes;
    private Task _givingBack = Task.CompletedTask;

    /// <summary>Removes the records up to and including that offset.</summary>
    /// <param name="topicName">The topic.</param>
    /// <param name="partitionNumber">The partition.</param>
    /// <param name="offset">The last record to go.</param>
    /// <param name="bytes">Its length.</param>
    /// <exception cref="RocksDbStoreException">The store cannot be written now.</exception>
    public void Cut(string topicName, int partitionNumber, long offset, int bytes)
    {
        using (StoreAccess.Lease lease = access.Hold())
        {
            if (!lease.Store.Topics.TryGet(Encoding.UTF8.GetBytes(topicName), out TopicLog? topic))
            {
                return;
            }

            PartitionLog partition = topic.Partitions[partitionNumber];
            partition.EnsureLoaded(options.Path, lease.Store.Database);
            long first = offset + 1;
            if (first <= partition.FirstOffset)
            {
                return;
            }

            partition.Cut(first, first == partition.NextOffset ? partition.EndPosition : partition.FirstPosition + bytes);
            using var batch = new WriteBatch();
            PartitionCut.Add(batch, partition);
            if (lease.Store.Database.TryWriteBuffered(batch) is { } status)
            {
                throw new RocksDbStoreException(RocksDbErrors.WriteFailed(options.Path, status));
            }
        }

        Interlocked.Add(ref _cutBytes, bytes);
    }

    /// <summary>Gives removed records' room back to the disk when there is enough of it. Returns at once.</summary>
    /// <param name="isEmpty">Nothing else is left.</param>
    public void GiveSpaceBack(bool isEmpty)
    {
        if (Volatile.Read(ref _cutBytes) >= (isEmpty ? RewriteEmptyAfterBytes : RewriteAfterBytes) && _givingBack.IsCompleted)
        {
            Interlocked.Exchange(ref _cutBytes, 0);
            _givingBack = Task.Run(Rewrite);
        }
    }

    private void Rewrite()
    {
        try
        {
            using StoreAccess.Lease lease = access.Hold();
            Database database = lease.Store.Database;
            PartitionLog[] partitions = [.. lease.Store.Topics.Topics.SelectMany(topic => topic.Partitions).Where(partition => partition.CutBytes > 0)];
            using var batch = new WriteBatch();
            foreach (PartitionLog partition in partitions)
            {
                partition.CutBytes = 0;
                PartitionCut.Add(batch, partition);
            }

            // Synced before any file is dropped: otherwise a power failure could bring an old beginning back without its records.
            if (database.TryWrite(batch) is null)
            {
                database.Compact([Format.StoreKeys.RecordPrefix], [Format.StoreKeys.RecordPrefix + 1]);
            }
        }
        catch (RocksDbStoreException)
        {
            // Closed, or being reopened: the room is given back with later cuts.
        }
    }
}
