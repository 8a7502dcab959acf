using Ddmq.Config.Nodes;

namespace Ddmq.Cli.Zk;

/// <summary>A node as it was read from ZooKeeper. Immutable.</summary>
/// <param name="Path">Its path below the chroot.</param>
/// <param name="Bytes">What it holds.</param>
/// <param name="Version">How often it was written since it was created.</param>
internal sealed record StoredNode(string Path, ReadOnlyMemory<byte> Bytes, int Version)
{
    /// <summary>Whether it was only created so far: the console writes a value in two steps.</summary>
    public bool IsPlaceholder => NodeReader.IsPlaceholder(Bytes.Span);
}
