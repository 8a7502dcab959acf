using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Ddmq.Core.Topics;
using Ddmq.Storage.RocksDb.Engine;
using Ddmq.Storage.RocksDb.Format;

namespace Ddmq.Storage.RocksDb.Logs;

/// <summary>
/// The topics of one opened database. Any thread may look; the commit thread alone adds. After a reopening there is a new table,
/// because what had been written by then is known only to the disk.
/// </summary>
internal sealed class TopicTable
{
    private readonly RocksDbStoreOptions _options;
    private readonly ConcurrentDictionary<byte[], TopicLog> _topics = new(Utf8NameComparer.Instance);
    private readonly ConcurrentDictionary<byte[], TopicLog>.AlternateLookup<ReadOnlySpan<byte>> _byName;
    private uint _nextPartitionId;

    private TopicTable(RocksDbStoreOptions options)
    {
        _options = options;
        _byName = _topics.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Every topic that is stored, in no order.</summary>
    public IEnumerable<TopicLog> Topics => _topics.Select(entry => entry.Value).Where(topic => topic.IsStored);

    /// <summary>No further topic may be created.</summary>
    public bool IsFull => _topics.Count >= _options.MaxTopics;

    /// <summary>Reads the topics' names; their partitions are read when they are first needed.</summary>
    /// <exception cref="RocksDbStoreException">The store cannot be read or is damaged.</exception>
    public static TopicTable Load(RocksDbStoreOptions options, Database database)
    {
        var table = new TopicTable(options);
        using Cursor cursor = database.OpenCursor(scan: true);
        bool found = cursor.Seek([StoreKeys.TopicPrefix]);
        while (found && cursor.Key[0] == StoreKeys.TopicPrefix)
        {
            byte[] name = cursor.Key[1..].ToArray();
            if (!TopicValue.TryRead(cursor.Value, out TopicValue value))
            {
                throw RocksDbErrors.Malformed(options.Path, $"the entry of topic '{Encoding.UTF8.GetString(name)}' is malformed");
            }

            var topic = new TopicLog(name, value);
            topic.MarkStored();
            table._topics[name] = topic;
            table._nextPartitionId = Math.Max(table._nextPartitionId, value.FirstPartitionId + (uint)value.PartitionCount);
            found = cursor.Next();
        }

        return table;
    }

    public bool TryGet(ReadOnlySpan<byte> utf8Name, [NotNullWhen(true)] out TopicLog? topic) => _byName.TryGetValue(utf8Name, out topic);

    /// <summary>Adds a topic that the batch being built will create. Commit thread only, and only when it is not there.</summary>
    public TopicLog Add(ReadOnlySpan<byte> utf8Name)
    {
        byte[] name = utf8Name.ToArray();
        int count = _options.Partitions.TryGetValue(Encoding.UTF8.GetString(name), out int configured)
            ? configured
            : _options.DefaultPartitions;
        var topic = new TopicLog(name, new TopicValue(_nextPartitionId, count));
        foreach (PartitionLog partition in topic.Partitions)
        {
            partition.LoadEmpty();
        }

        _nextPartitionId += (uint)count;
        _topics[name] = topic;
        return topic;
    }
}
