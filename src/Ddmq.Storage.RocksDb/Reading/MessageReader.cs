using System.Text;
using Ddmq.Storage.RocksDb.Engine;
using Ddmq.Storage.RocksDb.Format;
using Ddmq.Storage.RocksDb.Logs;

namespace Ddmq.Storage.RocksDb.Reading;

/// <summary>Reads what is durable. Thread-safe; synchronous, on the caller's thread.</summary>
internal sealed class MessageReader(RocksDbStoreOptions options, StoreAccess access)
{
    /// <summary>Every topic, sorted by name.</summary>
    public IReadOnlyList<StoredTopic> Topics()
    {
        using StoreAccess.Lease lease = access.Hold();
        var topics = new List<StoredTopic>();
        foreach (TopicLog topic in lease.Store.Topics.Topics)
        {
            var partitions = new StoredPartition[topic.Partitions.Length];
            foreach (PartitionLog partition in topic.Partitions)
            {
                partition.EnsureLoaded(options.Path, lease.Store.Database);

                // The beginning is read first: it only grows, and never beyond an end read later.
                long firstOffset = partition.FirstOffset;
                long firstPosition = partition.FirstPosition;
                partitions[partition.Number] = new StoredPartition(
                    partition.Number, firstOffset, partition.NextOffset, partition.EndPosition - firstPosition);
            }

            topics.Add(new StoredTopic(topic.Name, partitions));
        }

        topics.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return topics;
    }

    /// <summary>See <see cref="RocksDbStore.Read"/>.</summary>
    public IReadOnlyList<StoredMessage> Read(string topicName, int partitionNumber, long fromOffset, int maxMessages, long maxBytes)
    {
        var messages = new List<StoredMessage>();
        foreach ((long offset, byte[] record) in ReadRecords(topicName, partitionNumber, fromOffset, maxMessages, maxBytes))
        {
            if (!RecordCodec.TryRead(record, partitionNumber, offset, out StoredMessage? message))
            {
                throw RocksDbErrors.Malformed(
                    options.Path, $"the message at offset {offset} of partition {partitionNumber} of topic '{topicName}' is malformed");
            }

            messages.Add(message);
        }

        return messages;
    }

    /// <summary>The same as bytes, sound or not.</summary>
    public IReadOnlyList<(long Offset, byte[] Record)> ReadRecords(
        string topicName, int partitionNumber, long fromOffset, int maxRecords, long maxBytes)
    {
        using StoreAccess.Lease lease = access.Hold();
        if (!lease.Store.Topics.TryGet(Encoding.UTF8.GetBytes(topicName), out TopicLog? topic)
            || !topic.IsStored
            || (uint)partitionNumber >= (uint)topic.Partitions.Length)
        {
            return [];
        }

        PartitionLog partition = topic.Partitions[partitionNumber];
        partition.EnsureLoaded(options.Path, lease.Store.Database);
        long next = partition.NextOffset;
        if (fromOffset >= next)
        {
            return [];
        }

        using Cursor cursor = lease.Store.Database.OpenCursor(scan: false);

        // The beginning is read after the cursor is open. Retention moves it before it deletes anything, so whatever lies
        // from here on was still whole when the cursor took its view.
        long from = Math.Max(fromOffset, partition.FirstOffset);
        Span<byte> key = stackalloc byte[StoreKeys.RecordLength];
        StoreKeys.WriteRecord(key, partition.Id, from);

        var records = new List<(long, byte[])>();
        long bytes = 0;
        bool found = cursor.Seek(key);
        while (found
            && records.Count < maxRecords
            && StoreKeys.TryReadOffset(cursor.Key, partition.Id, out long offset)
            && offset < next)
        {
            ReadOnlySpan<byte> record = cursor.Value;
            if (records.Count > 0 && bytes + record.Length > maxBytes)
            {
                break;
            }

            bytes += record.Length;
            records.Add((offset, record.ToArray()));
            found = cursor.Next();
        }

        return records;
    }
}
