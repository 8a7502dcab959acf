namespace Ddmq.Config.ZooKeeper.Watching;

/// <summary>
/// Compares all watched nodes with ZooKeeper, without their data, a part at a time, so that a change that comes meanwhile need not wait
/// for the end. What differs without an event is marked to be read. <see cref="Ask"/> is for any thread, the rest for the watch loop.
/// </summary>
internal sealed class RegularCheck(WatchedSet set, ChangeQueue changes, WatchJournal journal)
{
    private const int PartSize = 256;

    private readonly Queue<string> _left = new();
    private volatile bool _isDue;

    /// <summary>Whether there is something to compare.</summary>
    public bool IsUnderWay => _isDue || _left.Count > 0;

    /// <summary>It is time for a comparison.</summary>
    public void Ask()
    {
        _isDue = true;
        changes.Wake();
    }

    /// <summary>Drops a comparison under way: everything will be read anyway.</summary>
    public void Restart() => _left.Clear();

    /// <summary>Compares the next part.</summary>
    public async Task ContinueAsync(NodeReader reader)
    {
        if (_left.Count == 0)
        {
            _isDue = false;
            foreach (string path in set.Paths)
            {
                _left.Enqueue(path);
            }
        }

        var nodes = new List<WatchedNode>();
        while (nodes.Count < PartSize && _left.TryDequeue(out string? path))
        {
            // Neither removed meanwhile nor still to be read.
            if (set.Contains(path) && set.Find(path) is { } node)
            {
                nodes.Add(node);
            }
        }

        IReadOnlyList<string>? changed = await reader.FindChangedAsync(nodes).ConfigureAwait(false);
        if (changed is null)
        {
            _left.Clear();
        }
        else if (changed.Count > 0)
        {
            // With events under way they may be about the same nodes: those are not missed.
            if (changes.IsEmpty)
            {
                journal.MissedChangesFound(changed.Count);
            }

            changes.Mark(changed);
        }
    }
}
