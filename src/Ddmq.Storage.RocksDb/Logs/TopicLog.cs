using System.Text;
using Ddmq.Storage.RocksDb.Format;

namespace Ddmq.Storage.RocksDb.Logs;

/// <summary>A topic and its partitions. Any thread may read it; <see cref="MarkStored"/> is the commit thread's.</summary>
internal sealed class TopicLog
{
    private volatile bool _isStored;

    public TopicLog(byte[] utf8Name, TopicValue value)
    {
        Utf8Name = utf8Name;
        Name = Encoding.UTF8.GetString(utf8Name);
        Value = value;
        var partitions = new PartitionLog[value.PartitionCount];
        for (int i = 0; i < partitions.Length; i++)
        {
            partitions[i] = new PartitionLog(value.FirstPartitionId + (uint)i, i);
        }

        Partitions = partitions;
    }

    public byte[] Utf8Name { get; }

    public string Name { get; }

    /// <summary>What the store keeps about the topic.</summary>
    public TopicValue Value { get; }

    public PartitionLog[] Partitions { get; }

    /// <summary>False until the batch that creates the topic is on the disk; until then nobody is to see it.</summary>
    public bool IsStored => _isStored;

    public void MarkStored() => _isStored = true;
}
