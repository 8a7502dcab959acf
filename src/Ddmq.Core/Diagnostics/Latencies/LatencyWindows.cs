namespace Ddmq.Core.Diagnostics.Latencies;

/// <summary>
/// How long something took: exactly counted in buckets for the window that is running and the one before, and in doublings since the start.
/// Two kilobytes, whatever is recorded. Windows are numbered by <see cref="WindowClock"/>; one that nothing was recorded in is empty.
/// Thread-safe; recording is one interlocked add, except for the first record of a window, which empties the one before last.
/// </summary>
public sealed class LatencyWindows
{
    private readonly Lock _rotation = new();
    private readonly int[][] _counts = [new int[LatencyBuckets.Count], new int[LatencyBuckets.Count]];
    private readonly long[] _windows = [-1, -1];
    private readonly long[] _totals = new long[LatencyBuckets.Doublings];
    private double _sumMicroseconds;

    /// <summary>Counts one duration.</summary>
    /// <param name="microseconds">The duration.</param>
    /// <param name="window">The window that is running.</param>
    public void Record(long microseconds, long window)
    {
        int slot = (int)(window & 1);
        if (Volatile.Read(ref _windows[slot]) < window)
        {
            Rotate(slot, window);
        }

        Interlocked.Increment(ref _counts[slot][LatencyBuckets.Of(microseconds)]);
    }

    /// <summary>Adds what the running window and the one before hold.</summary>
    public void AddRecentTo(LatencySample sample, long window)
    {
        for (int slot = 0; slot < _counts.Length; slot++)
        {
            if (Volatile.Read(ref _windows[slot]) >= window - 1)
            {
                sample.Add(_counts[slot]);
            }
        }
    }

    /// <summary>Adds what was recorded since the start.</summary>
    public void AddAllTo(LatencyTotals totals)
    {
        lock (_rotation)
        {
            totals.Add(_totals, _sumMicroseconds);
            foreach (int[] counts in _counts)
            {
                totals.Add(counts);
            }
        }
    }

    /// <summary>Takes over what another has counted since its start; nobody may record there any more.</summary>
    internal void Absorb(LatencyWindows other)
    {
        var all = new LatencyTotals();
        other.AddAllTo(all);
        lock (_rotation)
        {
            _sumMicroseconds += all.SumMicroseconds;
            for (int doubling = 0; doubling < _totals.Length; doubling++)
            {
                _totals[doubling] += all.CountIn(doubling);
            }
        }
    }

    private void Rotate(int slot, long window)
    {
        lock (_rotation)
        {
            if (_windows[slot] >= window)
            {
                return;
            }

            int[] counts = _counts[slot];
            for (int bucket = 0; bucket < counts.Length; bucket++)
            {
                int count = Interlocked.Exchange(ref counts[bucket], 0);
                _totals[bucket / LatencyBuckets.PerDoubling] += count;
                _sumMicroseconds += count * LatencyBuckets.Middle(bucket);
            }

            Volatile.Write(ref _windows[slot], window);
        }
    }
}
