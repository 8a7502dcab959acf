using System.Text;
using Ddmq.Core.Messages;
using Ddmq.Core.Spooling;
using Ddmq.Storage.RocksDb.Committing;
using Ddmq.Storage.RocksDb.Format;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.RocksDb.Spooling;

/// <summary>
/// The spool's disk: an embedded store of its own, in which a queue is a topic and a lane a partition. So the group commit, the
/// care for a full or failing disk, and the format are the store's; what is removed is cut off at the lanes' beginnings.
/// </summary>
public sealed class RocksDbSpoolLog : ISpoolLog
{
    private const int MiB = 1024 * 1024;

    private readonly RocksDbStore _store;
    private readonly TimeProvider _time;

    private RocksDbSpoolLog(RocksDbStore store, TimeProvider time)
    {
        _store = store;
        _time = time;
    }

    /// <inheritdoc/>
    public string? Trouble => _store.Trouble;

    /// <summary>Whether there is a spool in that folder.</summary>
    public static bool Exists(string path) => File.Exists(Path.Combine(path, "CURRENT"));

    /// <summary>Opens the spool in that folder, or creates it there. One process at a time has it open.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="minFreeBytes">How much room the disk must have left for entries to be taken.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of trouble and of its end.</param>
    /// <exception cref="SpoolException">It cannot be opened; the message says why and what helps.</exception>
    public static RocksDbSpoolLog Open(string path, long minFreeBytes, TimeProvider time, ILogger logger)
    {
        var options = new RocksDbStoreOptions
        {
            Path = path,
            DefaultPartitions = SpoolLanes.Count,
            MaxTopics = 1_000_000,
            MaxTopicName = SendLimits.LongestTopicName,
            MaxMessageSize = 64 * MiB,
            MaxQueuedBytes = 128 * MiB,
            MinFreeBytes = minFreeBytes,
            RetentionAge = TimeSpan.Zero,
            WriteBufferBytes = 16 * MiB,
            BlockCacheBytes = 8 * MiB,
        };
        return new RocksDbSpoolLog(Translated(() => RocksDbStore.Open(options, time, logger)), time);
    }

    /// <inheritdoc/>
    public IReadOnlyList<SpoolLaneBounds> Lanes() => Translated(() =>
    {
        var lanes = new List<SpoolLaneBounds>();
        foreach (StoredTopic topic in _store.Topics())
        {
            if (!SpoolQueueKey.TryParse(topic.Name, out SpoolQueueName? queue))
            {
                throw new RocksDbStoreException($"The folder {_store.Path} holds a store that is not a spool. Name another folder (ddmq.spool.path).");
            }

            lanes.AddRange(topic.Partitions.Select(lane => new SpoolLaneBounds(queue.Value, lane.Partition, lane.FirstOffset, lane.NextOffset, lane.Bytes)));
        }

        return lanes;
    });

    /// <inheritdoc/>
    public async ValueTask<SpoolAppended> AppendAsync(SpoolQueueName queue, int lane, SendRequest request, bool mayBeStored)
    {
        var record = new SendRequest
        {
            TopicName = Encoding.UTF8.GetBytes(SpoolQueueKey.Of(queue)),
            PartitionId = lane,
            ReceivedUnixMs = request.ReceivedUnixMs,
            Body = SpoolEntryCodec.Write(request, mayBeStored, _time.GetUtcNow().ToUnixTimeMilliseconds()),
        };
        SendResult result = await _store.SendAsync(record).ConfigureAwait(false);
        return result.IsOk
            ? new SpoolAppended(Stored.Yes, result.Offset, RecordCodec.PreludeLength(record) + record.Body.Length)
            : new SpoolAppended(result.Stored, Failure: result.Detail ?? SendStatuses.Text(result.Status));
    }

    /// <inheritdoc/>
    public IReadOnlyList<SpooledMessage> Read(SpoolQueueName queue, int lane, long fromOffset, int maxMessages, long maxBytes) => Translated(() =>
    {
        var messages = new List<SpooledMessage>();
        foreach ((long offset, byte[] record) in _store.ReadRecords(SpoolQueueKey.Of(queue), lane, fromOffset, maxMessages, maxBytes))
        {
            messages.Add(RecordCodec.TryRead(record, lane, offset, out StoredMessage? message)
                ? SpoolEntryCodec.Read(message.Body, offset, record.Length)
                : SpoolEntryCodec.Damaged(record, offset, record.Length, "its record is malformed"));
        }

        return messages;
    });

    /// <inheritdoc/>
    public void Cut(SpoolQueueName queue, int lane, SpooledMessage message) => Translated(() =>
    {
        _store.Cut(SpoolQueueKey.Of(queue), lane, message.Offset, message.Bytes);
        return true;
    });

    /// <inheritdoc/>
    public void GiveSpaceBack(bool isEmpty) => _store.GiveSpaceBack(isEmpty);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private static T Translated<T>(Func<T> use)
    {
        try
        {
            return use();
        }
        catch (RocksDbStoreException exception)
        {
            throw new SpoolException($"The spool cannot be used. {exception.Message}", exception);
        }
    }
}
