using Ddmq.Config.ZooKeeper;

namespace Ddmq.Cli.Zk;

/// <summary>
/// Writes a plan in one transaction: every node has the version it was read with, or nothing is written. Nobody sees half of it. Not
/// thread-safe.
/// </summary>
/// <param name="connection">Where to.</param>
/// <param name="acl">Who may use nodes that are created.</param>
internal sealed class PlanWriter(ZkConnection connection, NodeAcl acl)
{
    // A server refuses a longer request (jute.maxbuffer, 1 MB unless configured) by closing the connection; the rest is for names and numbers.
    private const int MaxBytes = 1_000_000;
    private const int BytesPerWrite = 100;

    /// <summary>Writes.</summary>
    /// <exception cref="CliException">Somebody else was quicker, or ZooKeeper refuses or was lost; the message says whether anything was written.</exception>
    public async Task WriteAsync(IReadOnlyList<NodeChange> changes)
    {
        long bytes = changes.Sum(change => (long)change.Path.Length + (change.After?.Length ?? 0) + BytesPerWrite);
        if (bytes > MaxBytes)
        {
            throw new CliException(
                ExitCodes.Failed,
                $"{changes.Count} nodes with {bytes} bytes are too much for one transaction ({MaxBytes}); nothing was written, do it in parts (--topic instead of --all-topics)");
        }

        MultiResult result = await connection.WriteAsync([.. changes.Select(ToWrite)]).ConfigureAwait(false);
        if (result.Error == ZooKeeperError.Ok)
        {
            return;
        }

        if (result.Error.IsTransient())
        {
            await ResolveAsync(changes, result.Error).ConfigureAwait(false);
            return;
        }

        int failed = Enumerable.Range(0, result.Parts.Count)
            .FirstOrDefault(i => result.Parts[i] is not (ZooKeeperError.Ok or ZooKeeperError.RuntimeInconsistency), -1);
        throw failed < 0
            ? connection.Failure(result.Error, "write", changes[0].Path)
            : await DescribeAsync(changes[failed], result.Parts[failed]).ConfigureAwait(false);
    }

    private NodeWrite ToWrite(NodeChange change) => change switch
    {
        { Before: null } => NodeWrite.Create(change.Path, change.After, acl),
        { After: null } => NodeWrite.Delete(change.Path, change.Before.Version),
        _ => NodeWrite.Set(change.Path, change.After, change.Before.Version),
    };

    private async Task<CliException> DescribeAsync(NodeChange change, ZooKeeperError error)
    {
        const string Again = "nothing was written, run the command again";
        StoredNode? now = error is ZooKeeperError.BadVersion or ZooKeeperError.NodeExists ? await connection.ReadAsync(change.Path).ConfigureAwait(false) : null;
        return (error, change.Before) switch
        {
            (ZooKeeperError.BadVersion, { } before) => new CliException(
                ExitCodes.Conflict,
                $"somebody else changed {change.Path} meanwhile (version {before.Version} -> {(now is null ? "deleted" : now.Version)}); {Again}"),
            (ZooKeeperError.NodeExists, _) => new CliException(ExitCodes.Conflict, $"somebody else created {change.Path} meanwhile; {Again}"),
            (ZooKeeperError.NoNode, { } before) => new CliException(
                ExitCodes.Conflict, $"somebody else deleted {change.Path} meanwhile (version {before.Version}); {Again}"),
            (ZooKeeperError.NoNode, null) => new CliException(
                ExitCodes.Failed, $"{connection.Address.Chroot}{change.Path} has no parent in ZooKeeper; nothing was written, ddmq zk init creates the parents"),
            (ZooKeeperError.NotEmpty, _) => new CliException(ExitCodes.Failed, $"{change.Path} has children; nothing was written"),
            _ => connection.Failure(error, "write", change.Path),
        };
    }

    /// <summary>No answer came: all was done, or nothing. One node tells.</summary>
    private async Task ResolveAsync(IReadOnlyList<NodeChange> changes, ZooKeeperError error)
    {
        NodeChange first = changes[0];
        StoredNode? now;
        try
        {
            now = await connection.ReadAsync(first.Path).ConfigureAwait(false);
        }
        catch (CliException)
        {
            throw new CliException(
                ExitCodes.Unreachable, $"ZooKeeper was lost ({error}): all of it was written, or nothing; run the command again, it shows what is left to do");
        }

        bool isDone = first.After is null ? now is null : now is not null && now.Bytes.Span.SequenceEqual(first.After) && now.Version == (first.Before?.Version + 1 ?? 0);
        if (!isDone)
        {
            throw new CliException(ExitCodes.Unreachable, $"ZooKeeper was lost ({error}) and has nothing of it so far; run the command again");
        }
    }
}
