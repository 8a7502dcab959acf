using Ddmq.Core.Messages;
using Ddmq.Core.Storage;
using Ddmq.Storage.RocksDb;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ddmq.TestKit.Storage;

/// <summary>The embedded store in a folder of its own.</summary>
public sealed class RocksDbFixture : MessageStoreFixture
{
    private readonly ScratchFolder _folder = new();
    private RocksDbStore _store;

    /// <summary>Opens an empty store.</summary>
    public RocksDbFixture() => _store = Open();

    /// <inheritdoc/>
    public override IMessageStore Store => _store;

    /// <inheritdoc/>
    public override string Topic => "conformance";

    /// <inheritdoc/>
    public override int PartitionCount => 3;

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<ReadBackMessage>> ReadAllAsync()
    {
        // Always from a store opened anew: what only the first one's memory knew would not count.
        await _store.DisposeAsync();
        _store = Open();
        return ReadAll(_store, Topic);
    }

    /// <summary>Every message of a topic, by partition and then offset.</summary>
    public static IReadOnlyList<ReadBackMessage> ReadAll(RocksDbStore store, string topic)
    {
        var messages = new List<ReadBackMessage>();
        foreach (StoredPartition partition in store.Topics().Where(found => found.Name == topic).SelectMany(found => found.Partitions))
        {
            for (long offset = partition.FirstOffset; offset < partition.NextOffset;)
            {
                IReadOnlyList<StoredMessage> page = store.Read(topic, partition.Partition, offset, 1000, 8 * 1024 * 1024);
                messages.AddRange(page.Select(ToReadBack));
                offset = page[^1].Offset + 1;
            }
        }

        return messages;
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    private static ReadBackMessage ToReadBack(StoredMessage message) => new(
        message.Partition,
        message.Offset,
        message.Key?.ToArray(),
        message.Tags?.ToArray(),
        [.. message.Properties.Select((MessageProperty property) => (property.Name.ToArray(), property.Value.ToArray()))],
        message.Body.ToArray());

    private RocksDbStore Open() => RocksDbStore.Open(
        new RocksDbStoreOptions { Path = _folder["store"], DefaultPartitions = PartitionCount, MinFreeBytes = 0 },
        TimeProvider.System,
        NullLogger.Instance);
}
