namespace Ddmq.Config.ZooKeeper.Watching;

/// <summary>Reads nodes through a session, many at once, and leaves a watch on each.</summary>
internal sealed class NodeReader(ZooKeeperSession session, int maxInFlight)
{
    // How often a node may come and go between two calls before that is left to the next attempt.
    private const int MaxTurns = 10;

    /// <summary>Reads a node; null when the session cannot at the moment.</summary>
    public async Task<WatchedNode?> ReadAsync(string path)
    {
        for (int turn = 0; turn < MaxTurns; turn++)
        {
            ZooKeeperResult<NodeData> read = await session.GetAsync(path, watch: true).ConfigureAwait(false);
            if (read.IsOk)
            {
                return WatchedNode.Present(path, read.Value.Bytes, read.Value.Stat);
            }

            if (read.Error.IsTransient())
            {
                return null;
            }

            // Reading failed, so it set no watch.
            ZooKeeperResult<NodeStat> exists = await session.ExistsAsync(path, watch: true).ConfigureAwait(false);
            if (exists.Error.IsTransient())
            {
                return null;
            }

            if (exists.Error == ZooKeeperError.NoNode)
            {
                return WatchedNode.Missing(path);
            }

            if (read.Error != ZooKeeperError.NoNode)
            {
                return WatchedNode.Unreadable(path, exists.Value, read.Error);
            }

            // It was created in between: read again.
        }

        return null;
    }

    /// <summary>Reads many nodes; those that the session cannot read at the moment are left out.</summary>
    public async Task<IReadOnlyList<WatchedNode>> ReadAsync(IReadOnlyCollection<string> paths)
    {
        WatchedNode?[] read = await ForAllAsync(paths, ReadAsync).ConfigureAwait(false);
        return [.. read.OfType<WatchedNode>()];
    }

    /// <summary>
    /// The paths of those nodes that are no longer what they were; the rest have a watch, also if it got lost. Null when the session
    /// cannot tell at the moment.
    /// </summary>
    public async Task<IReadOnlyList<string>?> FindChangedAsync(IReadOnlyCollection<WatchedNode> nodes)
    {
        (WatchedNode Node, ZooKeeperResult<NodeStat> Now)[] found =
            await ForAllAsync(nodes, async node => (node, await session.ExistsAsync(node.Path, watch: true).ConfigureAwait(false))).ConfigureAwait(false);
        return found.Any(item => item.Now.Error.IsTransient())
            ? null
            : [.. found.Where(item => !item.Node.IsCurrent(item.Now)).Select(item => item.Node.Path)];
    }

    private async Task<TResult[]> ForAllAsync<T, TResult>(IReadOnlyCollection<T> items, Func<T, Task<TResult>> call)
    {
        using var slots = new SemaphoreSlim(maxInFlight);
        var calls = new List<Task<TResult>>(items.Count);
        foreach (T item in items)
        {
            await slots.WaitAsync().ConfigureAwait(false);
            calls.Add(CallAsync(item));
        }

        return await Task.WhenAll(calls).ConfigureAwait(false);

        async Task<TResult> CallAsync(T item)
        {
            try
            {
                return await call(item).ConfigureAwait(false);
            }
            finally
            {
                slots.Release();
            }
        }
    }
}
