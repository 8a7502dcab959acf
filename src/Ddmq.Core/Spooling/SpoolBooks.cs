using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Spooling;

/// <summary>
/// What the spool knows of its contents: for each lane where it begins and ends, for each queue what came, went, and is there. Under the spool's
/// lock, but for <see cref="Occupied"/>.
/// </summary>
internal sealed partial class SpoolBooks(SpoolSettings settings, TimeProvider time, ILogger logger)
{
    private readonly Dictionary<SpoolQueueName, SpoolQueue> _queues = [];
    private long _bytes;
    private long _occupied;

    /// <summary>Entries, and those on their way into the spool. Any thread.</summary>
    public long Occupied => Volatile.Read(ref _occupied);

    /// <summary>Every queue there is.</summary>
    public IReadOnlyCollection<SpoolQueue> Queues => _queues.Values;

    /// <summary>The queue of that name; null when there was never one.</summary>
    public SpoolQueue? Find(SpoolQueueName name) => _queues.GetValueOrDefault(name);

    /// <summary>The queue of that name.</summary>
    public SpoolQueue Get(SpoolQueueName name)
    {
        if (!_queues.TryGetValue(name, out SpoolQueue? queue))
        {
            _queues.Add(name, queue = new SpoolQueue(name));
        }

        return queue;
    }

    /// <summary>Why there is no room for an entry of that size; null when there is.</summary>
    public string? FindNoRoom(SpoolQueue queue, int size)
    {
        if (_bytes + size > settings.MaxBytes)
        {
            return $"the spool is full: it has {_bytes} bytes, ddmq.spool.maxBytes is {settings.MaxBytes}";
        }

        if (settings.MaxBytesPerTopic == 0)
        {
            return null;
        }

        long ofTopic = _queues.Values.Where(other => other.Name.Topic == queue.Name.Topic).Sum(other => other.Bytes);
        return ofTopic + size > settings.MaxBytesPerTopic
            ? $"the spool is full for topic {queue.Name.Topic}: it has {ofTopic} bytes, ddmq.spool.maxBytesPerTopic is {settings.MaxBytesPerTopic}"
            : null;
    }

    /// <summary>An entry is on its way into a lane.</summary>
    public void Begin(SpoolLane lane, int size)
    {
        lane.Pending++;
        _occupied++;
        AddBytes(lane.Queue, size);
    }

    /// <summary>An entry is in its lane.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="size">What was set aside for it.</param>
    /// <param name="appended">Where it is.</param>
    /// <param name="isToldSo">Whether its producer is told.</param>
    /// <param name="log">The disk.</param>
    /// <returns>Whether the lane has got something to deliver.</returns>
    public bool Add(SpoolLane lane, int size, in SpoolAppended appended, bool isToldSo, ISpoolLog log)
    {
        SpoolQueue queue = lane.Queue;
        lane.Pending--;
        AddBytes(queue, appended.Bytes - size);
        queue.Messages++;
        queue.Spooled += isToldSo ? 1 : 0;
        queue.Recovered += isToldSo ? 0 : 1;
        lane.FirstUnixMs = lane.First == lane.Next ? time.GetUtcNow().ToUnixTimeMilliseconds() : lane.FirstUnixMs;

        // Threads may come here in another order than their entries are in.
        lane.Early.Add(appended.Offset);
        return Advance(lane, log);
    }

    /// <summary>An entry is not in its lane, or nobody knows.</summary>
    /// <inheritdoc cref="Add"/>
    public bool Fail(SpoolLane lane, int size, ISpoolLog log)
    {
        lane.Pending--;
        _occupied--;
        AddBytes(lane.Queue, -size);
        lane.Queue.Refused++;
        return Advance(lane, log);
    }

    /// <summary>The first entry of a lane has left, and with it those that the disk has lost before it.</summary>
    /// <returns>Whether the lane has more.</returns>
    public bool Remove(SpoolLane lane, SpooledMessage message, long followerUnixMs)
    {
        long entries = message.Offset + 1 - lane.First;
        for (long missing = lane.First; missing < message.Offset; missing++)
        {
            Log.Missing(logger, lane.Queue.Name, lane.Number, missing);
            lane.Queue.Dropped(SpoolDropReason.Damaged);
        }

        lane.First = message.Offset + 1;
        lane.FirstUnixMs = followerUnixMs;
        lane.Queue.Messages -= entries;
        _occupied -= entries;
        AddBytes(lane.Queue, -message.Bytes);
        return lane.First < lane.Next;
    }

    /// <summary>Takes in what is on the disk and not in the books: everything, at a start; later what was said to have failed.</summary>
    /// <param name="log">The disk.</param>
    /// <param name="isStart">Whether a process before this one wrote it.</param>
    /// <returns>The lanes that have got something to deliver.</returns>
    /// <exception cref="SpoolException">The disk cannot be read.</exception>
    public List<SpoolLane> TakeIn(ISpoolLog log, bool isStart)
    {
        var found = new List<SpoolLane>();
        foreach (SpoolLaneBounds bounds in log.Lanes())
        {
            SpoolLane lane = Get(bounds.Queue).Lanes[bounds.Lane];
            if (isStart)
            {
                lane.First = lane.Next = bounds.FirstOffset;
                lane.PossiblySent = bounds.FirstOffset < bounds.NextOffset ? bounds.FirstOffset : -1;
            }

            if (lane.Pending > 0 || bounds.NextOffset <= lane.Next)
            {
                continue;
            }

            if (lane.First == lane.Next)
            {
                lane.FirstUnixMs = log.Read(bounds.Queue, bounds.Lane, lane.Next, 1, 1) is [{ } first, ..] ? first.SpooledUnixMs : 0;
            }

            long count = bounds.NextOffset - lane.Next;
            Recover(lane, count, isStart ? bounds.Bytes : BytesOf(log, lane, count));
            lane.Next = bounds.NextOffset;
            found.Add(lane);
        }

        return found;
    }

    /// <summary>Moves a lane's end behind the entries that follow each other.</summary>
    private bool Advance(SpoolLane lane, ISpoolLog log)
    {
        long before = lane.Next;
        while (lane.Early.Count > 0)
        {
            long earliest = lane.Early.Min;
            if (earliest > lane.Next)
            {
                if (lane.Pending > 0)
                {
                    break; // what is missing is on its way
                }

                // What was said to have failed is there all the same.
                long count = earliest - lane.Next;
                Recover(lane, count, BytesOf(log, lane, count));
            }

            lane.Early.Remove(earliest);
            lane.Next = earliest + 1;
        }

        return lane.Next > before;
    }

    private static long BytesOf(ISpoolLog log, SpoolLane lane, long count)
    {
        try
        {
            return log.Read(lane.Queue.Name, lane.Number, lane.Next, (int)count, long.MaxValue).Sum(message => (long)message.Bytes);
        }
        catch (SpoolException)
        {
            return 0; // missing in the sum until they have gone; they are delivered all the same
        }
    }

    private void Recover(SpoolLane lane, long count, long bytes)
    {
        lane.Queue.Messages += count;
        lane.Queue.Recovered += count;
        _occupied += count;
        AddBytes(lane.Queue, bytes);
    }

    private void AddBytes(SpoolQueue queue, long bytes)
    {
        queue.Bytes += bytes;
        _bytes += bytes;
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Spool + 3, LogLevel.Error, "The entry of {Queue} at offset {Offset} of lane {Lane} is missing from the spool's disk")]
        public static partial void Missing(ILogger logger, SpoolQueueName queue, int lane, long offset);
    }
}
