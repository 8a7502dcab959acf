using Ddmq.Core.Messages;
using Ddmq.Core.Spooling;
using Ddmq.Storage.RocksDb.Spooling;

namespace Ddmq.UnitTests.Spooling;

/// <summary>
/// A spool's disk in memory: it outlives the spool that uses it, as a disk does, and holds back or refuses what the test says.
/// Thread-safe.
/// </summary>
internal sealed class MemorySpoolLog : ISpoolLog
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(SpoolQueueName, int), (long First, List<byte[]> Entries)> _lanes = [];
    private readonly List<TaskCompletionSource> _held = [];
    private bool _holds;

    public string? Trouble { get; set; }

    /// <summary>What becomes of the next appends instead of being stored; null for nothing.</summary>
    public SpoolAppended? Failure { get; set; }

    /// <summary>Whether the failed append is there all the same.</summary>
    public bool KeepsFailed { get; set; }

    public bool IsDisposed { get; private set; }

    /// <summary>Entries there now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _lanes.Values.Sum(lane => lane.Entries.Count);
            }
        }
    }

    /// <summary>From now on appends are written, but not answered until <see cref="LetGo"/>.</summary>
    public void Hold() => _holds = true;

    public void LetGo()
    {
        _holds = false;
        foreach (TaskCompletionSource held in _held)
        {
            held.SetResult();
        }

        _held.Clear();
    }

    /// <summary>Spoils the bytes of every entry.</summary>
    public void Damage()
    {
        lock (_lock)
        {
            foreach ((_, List<byte[]> entries) in _lanes.Values)
            {
                entries.ForEach(entry => entry[^1] ^= 0xFF);
            }
        }
    }

    public IReadOnlyList<SpoolLaneBounds> Lanes()
    {
        lock (_lock)
        {
            return
            [
                .. _lanes.Select(lane => new SpoolLaneBounds(
                    lane.Key.Item1, lane.Key.Item2, lane.Value.First, lane.Value.First + lane.Value.Entries.Count,
                    lane.Value.Entries.Sum(entry => (long)entry.Length))),
            ];
        }
    }

    public async ValueTask<SpoolAppended> AppendAsync(SpoolQueueName queue, int lane, SendRequest request, bool mayBeStored)
    {
        SpoolAppended? failure = Failure;
        byte[] entry = SpoolEntryCodec.Write(request, mayBeStored, request.ReceivedUnixMs);
        long offset = -1;
        if (failure is null || KeepsFailed)
        {
            offset = Append(queue, lane, entry);
        }

        if (_holds)
        {
            var held = new TaskCompletionSource();
            _held.Add(held);
            await held.Task.ConfigureAwait(false);
        }

        return failure ?? new SpoolAppended(Stored.Yes, offset, entry.Length);
    }

    public IReadOnlyList<SpooledMessage> Read(SpoolQueueName queue, int lane, long fromOffset, int maxMessages, long maxBytes)
    {
        lock (_lock)
        {
            if (!_lanes.TryGetValue((queue, lane), out (long First, List<byte[]> Entries) there))
            {
                return [];
            }

            int skipped = (int)Math.Max(0, fromOffset - there.First);
            return
            [
                .. there.Entries.Skip(skipped).Take(maxMessages)
                    .Select((entry, index) => SpoolEntryCodec.Read(entry.ToArray(), there.First + skipped + index, entry.Length)),
            ];
        }
    }

    public void Cut(SpoolQueueName queue, int lane, SpooledMessage message)
    {
        lock (_lock)
        {
            (long first, List<byte[]> entries) = _lanes[(queue, lane)];
            entries.RemoveRange(0, (int)(message.Offset + 1 - first));
            _lanes[(queue, lane)] = (message.Offset + 1, entries);
        }
    }

    public void GiveSpaceBack(bool isEmpty)
    {
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    private long Append(SpoolQueueName queue, int lane, byte[] entry)
    {
        lock (_lock)
        {
            if (!_lanes.TryGetValue((queue, lane), out (long First, List<byte[]> Entries) there))
            {
                _lanes.Add((queue, lane), there = (0, []));
            }

            there.Entries.Add(entry);
            return there.First + there.Entries.Count - 1;
        }
    }
}
