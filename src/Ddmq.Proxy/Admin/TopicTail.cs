using System.Runtime.CompilerServices;
using Ddmq.Storage.RocksDb;

namespace Ddmq.Proxy.Admin;

/// <summary>
/// Reads a topic's partitions in the order the store took their messages, and goes on with what comes when asked to.
/// Not thread-safe; for one reader.
/// </summary>
internal sealed class TopicTail(RocksDbStore store, TailQuery query)
{
    private const int ChunkMessages = 256;
    private const long ChunkBytes = 1024 * 1024;

    private readonly List<Cursor> _cursors = [];

    /// <summary>Whether the store has the topic now.</summary>
    public bool TopicExists => Find() is not null;

    /// <summary>The messages in chunks, each chunk in order.</summary>
    public async IAsyncEnumerable<IReadOnlyList<StoredMessage>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long left = query.Limit;
        long version = store.AppendVersion;
        bool isBehind = Open(fromStart: false);
        if (query.Last is { } last && isBehind)
        {
            List<StoredMessage> messages = ReadLast(last);
            yield return left < messages.Count ? messages[^(int)left..] : messages;
            left -= Math.Min(left, messages.Count);
        }

        while (left > 0)
        {
            List<StoredMessage> chunk = ReadChunk((int)Math.Min(left, ChunkMessages));
            if (chunk.Count > 0)
            {
                left -= chunk.Count;
                yield return chunk;
                continue;
            }

            if (!query.Follow)
            {
                yield break;
            }

            // The version was taken before the last look, so what came in between is not waited for.
            await store.WaitForAppendAsync(version, cancellationToken).ConfigureAwait(false);
            version = store.AppendVersion;
            if (_cursors.Count == 0)
            {
                Open(fromStart: true);
            }
        }
    }

    private StoredTopic? Find() => store.Topics().FirstOrDefault(topic => topic.Name == query.Topic);

    /// <summary>Places a cursor in each partition; false when there is no topic yet.</summary>
    /// <param name="fromStart">A topic that came into being while we waited is read whole.</param>
    private bool Open(bool fromStart)
    {
        if (Find() is not { } topic)
        {
            return false;
        }

        foreach (StoredPartition partition in topic.Partitions.Where(partition => query.Partition is null || query.Partition == partition.Partition))
        {
            long start = fromStart ? partition.FirstOffset
                : query.Last is { } last ? Math.Max(partition.FirstOffset, partition.NextOffset - last)
                : Math.Clamp(query.From, partition.FirstOffset, partition.NextOffset);
            _cursors.Add(new Cursor { Partition = partition.Partition, Next = start, End = partition.NextOffset });
        }

        return true;
    }

    /// <summary>The last messages of all partitions together.</summary>
    private List<StoredMessage> ReadLast(int count)
    {
        var messages = new List<StoredMessage>();
        foreach (Cursor cursor in _cursors)
        {
            while (cursor.Next < cursor.End && cursor.Fill(store, query.Topic))
            {
                messages.AddRange(cursor.Buffer);
                cursor.Buffer.Clear();
            }
        }

        messages.Sort(Compare);
        return messages.Count > count ? messages[^count..] : messages;
    }

    /// <summary>Merges the heads of the partitions.</summary>
    private List<StoredMessage> ReadChunk(int count)
    {
        var chunk = new List<StoredMessage>();
        while (chunk.Count < count)
        {
            Cursor? first = null;
            foreach (Cursor cursor in _cursors)
            {
                if ((cursor.Buffer.Count > 0 || cursor.Fill(store, query.Topic))
                    && (first is null || Compare(cursor.Buffer.Peek(), first.Buffer.Peek()) < 0))
                {
                    first = cursor;
                }
            }

            if (first is null)
            {
                break;
            }

            chunk.Add(first.Buffer.Dequeue());
        }

        return chunk;
    }

    private static int Compare(StoredMessage left, StoredMessage right) =>
        (left.StoreUnixMs, left.Partition, left.Offset).CompareTo((right.StoreUnixMs, right.Partition, right.Offset));

    private sealed class Cursor
    {
        public required int Partition { get; init; }

        public required long Next { get; set; }

        public required long End { get; init; }

        public Queue<StoredMessage> Buffer { get; } = new();

        /// <summary>Reads on; false when there is nothing now.</summary>
        public bool Fill(RocksDbStore store, string topic)
        {
            foreach (StoredMessage message in store.Read(topic, Partition, Next, ChunkMessages, ChunkBytes))
            {
                Buffer.Enqueue(message);
                Next = message.Offset + 1;
            }

            return Buffer.Count > 0;
        }
    }
}
