using System.Diagnostics.CodeAnalysis;
using Ddmq.Core.Messages;
using Ddmq.Core.Routing;
using Ddmq.Storage.RocksDb.Engine;
using Ddmq.Storage.RocksDb.Format;
using Ddmq.Storage.RocksDb.Logs;

namespace Ddmq.Storage.RocksDb.Committing;

/// <summary>
/// Turns messages into one write: partitions chosen, offsets given out, records encoded. Offsets become the partitions' own
/// only with <see cref="Publish"/>, so that a write that fails leaves no gap. Commit thread only.
/// </summary>
internal sealed class BatchBuilder(RocksDbStoreOptions options) : IDisposable
{
    // Up to here a record is brought together in one buffer: copying is cheaper than handing over its parts.
    private const int MaxGatheredRecord = 4096;
    private const int MaxKeptBuffer = 64 * 1024;

    private readonly List<PartitionLog> _partitions = [];
    private readonly List<TopicLog> _newTopics = [];
    private byte[] _buffer = new byte[MaxGatheredRecord];

    /// <summary>What is to be written.</summary>
    public WriteBatch Batch { get; } = new();

    /// <summary>Messages in it.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of their records.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds a message and notes its place; or says why it cannot be stored.</summary>
    public bool TryAdd(SendOperation operation, OpenStore store, long nowUnixMs, [NotNullWhen(false)] out SendResult? refusal)
    {
        SendRequest request = operation.Request;
        ReadOnlySpan<byte> name = TopicNameOf(request).Span;
        if (!store.Topics.TryGet(name, out TopicLog? topic))
        {
            if (store.Topics.IsFull)
            {
                refusal = SendResult.Refused(
                    SendStatus.RateLimited, $"the store has {options.MaxTopics} topics and creates no more ({nameof(options.MaxTopics)})");
                return false;
            }

            topic = store.Topics.Add(name);
            AddTopic(topic);
        }

        PartitionLog partition = topic.Partitions[PartitionRule.ChoosePartition(request, topic.Partitions.Length)];
        partition.EnsureLoaded(options.Path, store.Database);
        bool isFirst = !partition.IsReserved;
        RecordPlace place = partition.NextPlace(nowUnixMs);
        int length = AddRecord(partition, place, request);
        partition.Extend(place, length);
        if (isFirst)
        {
            _partitions.Add(partition);
        }

        operation.Partition = partition.Number;
        operation.Offset = place.Offset;
        Count++;
        Bytes += length;
        refusal = null;
        return true;
    }

    /// <summary>The batch is on the disk: its records and topics become visible. The builder is empty again.</summary>
    public void Publish()
    {
        foreach (PartitionLog partition in _partitions)
        {
            partition.Publish();
        }

        foreach (TopicLog topic in _newTopics)
        {
            topic.MarkStored();
        }

        Clear();
    }

    /// <summary>The batch is given up. The builder is empty again.</summary>
    public void Rollback()
    {
        foreach (PartitionLog partition in _partitions)
        {
            partition.Rollback();
        }

        Clear();
    }

    public void Dispose() => Batch.Dispose();

    /// <summary>The topic's name, empty when the request has none.</summary>
    public static ReadOnlyMemory<byte> TopicNameOf(SendRequest request) =>
        request.Topic is { } topic ? topic.Utf8Name : request.TopicName.GetValueOrDefault();

    private void AddTopic(TopicLog topic)
    {
        _newTopics.Add(topic);
        Span<byte> key = stackalloc byte[1 + SendLimits.LongestTopicName];
        key[0] = StoreKeys.TopicPrefix;
        topic.Utf8Name.CopyTo(key[1..]);
        Span<byte> value = stackalloc byte[TopicValue.Length];
        topic.Value.Write(value);
        Batch.Put(key[..(1 + topic.Utf8Name.Length)], value);
    }

    private int AddRecord(PartitionLog partition, in RecordPlace place, SendRequest request)
    {
        Span<byte> key = stackalloc byte[StoreKeys.RecordLength];
        StoreKeys.WriteRecord(key, partition.Id, place.Offset);
        var header = new RecordHeader(place.Position, place.StoreUnixMs, request.ReceivedUnixMs);
        ReadOnlySpan<byte> body = request.Body.Span;
        int preludeLength = RecordCodec.PreludeLength(request);
        int length = preludeLength + body.Length;
        if (length <= MaxGatheredRecord)
        {
            RecordCodec.WritePrelude(_buffer, header, request);
            body.CopyTo(_buffer.AsSpan(preludeLength));
            Batch.Put(key, _buffer.AsSpan(0, length));
            return length;
        }

        if (_buffer.Length < preludeLength)
        {
            _buffer = new byte[preludeLength];
        }

        RecordCodec.WritePrelude(_buffer, header, request);
        Batch.Put(key, _buffer.AsSpan(0, preludeLength), body);
        return length;
    }

    private void Clear()
    {
        Batch.Clear();
        _partitions.Clear();
        _newTopics.Clear();
        Count = 0;
        Bytes = 0;
        if (_buffer.Length > MaxKeptBuffer)
        {
            _buffer = new byte[MaxGatheredRecord];
        }
    }
}
