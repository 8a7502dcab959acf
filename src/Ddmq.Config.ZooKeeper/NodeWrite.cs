namespace Ddmq.Config.ZooKeeper;

/// <summary>One part of <see cref="ZooKeeperSession.MultiAsync"/>.</summary>
public sealed class NodeWrite
{
    private NodeWrite(NodeWriteKind kind, string path, ReadOnlyMemory<byte> bytes, int version, NodeAcl acl)
    {
        Kind = kind;
        Path = path;
        Bytes = bytes;
        Version = version;
        Acl = acl;
    }

    /// <summary>The node it is about.</summary>
    public string Path { get; }

    internal NodeWriteKind Kind { get; }

    internal ReadOnlyMemory<byte> Bytes { get; }

    internal int Version { get; }

    internal NodeAcl Acl { get; }

    /// <summary>Creates a persistent node.</summary>
    public static NodeWrite Create(string path, ReadOnlyMemory<byte> bytes, NodeAcl acl = NodeAcl.Open) =>
        new(NodeWriteKind.Create, path, bytes, ZooKeeperSession.AnyVersion, acl);

    /// <summary>Sets a node's data, if it has this version.</summary>
    public static NodeWrite Set(string path, ReadOnlyMemory<byte> bytes, int version) => new(NodeWriteKind.Set, path, bytes, version, NodeAcl.Open);

    /// <summary>Deletes a node, if it has this version.</summary>
    public static NodeWrite Delete(string path, int version) => new(NodeWriteKind.Delete, path, default, version, NodeAcl.Open);

    /// <summary>Changes nothing, and lets the whole fail unless the node has this version.</summary>
    public static NodeWrite Check(string path, int version) => new(NodeWriteKind.Check, path, default, version, NodeAcl.Open);
}
