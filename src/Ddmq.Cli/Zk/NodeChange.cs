namespace Ddmq.Cli.Zk;

/// <summary>What becomes of one node. Immutable.</summary>
/// <param name="Path">Its path below the chroot.</param>
/// <param name="Before">As it was read; null when it was not there.</param>
/// <param name="After">What it is to hold; null to delete it.</param>
internal sealed record NodeChange(string Path, StoredNode? Before, byte[]? After)
{
    /// <summary>For programs: <c>create</c>, <c>set</c> or <c>delete</c>.</summary>
    public string Kind => Before is null ? "create" : After is null ? "delete" : "set";
}
