using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Ddmq.Config.ZooKeeper.Watching;

namespace Ddmq.Config.ZooKeeper.Caching;

/// <summary>
/// The file of one version. Numbers are little-endian.
/// <code>
/// file = "DDMQNODES1\n", saved at in Unix ms: i64, address: text, instance: text, count: i32, own node, topic nodes, SHA-256 of all that
/// node = path: text, presence: u8, error: i32, version: i32, modified zxid: i64, created zxid: i64, modified ms: i64, created ms: i64,
///        children: i32, ACL version: i32, length: i32, bytes
/// text = length as 7-bit groups, UTF-8
/// </code>
/// </summary>
internal static class NodeCacheFile
{
    private const int HashLength = 32;
    private static readonly int ContentStart = Magic.Length + sizeof(long);

    private static ReadOnlySpan<byte> Magic => "DDMQNODES1\n"u8;

    /// <summary>The file's bytes.</summary>
    public static byte[] Write(ZooKeeperAddress address, string instanceName, NodeSnapshot snapshot, DateTimeOffset now)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Magic);
        writer.Write(now.ToUnixTimeMilliseconds());
        writer.Write(address.Text);
        writer.Write(instanceName);
        writer.Write(snapshot.Topics.Count + 1);
        Write(writer, snapshot.Own);

        // In order, so that the same nodes make the same bytes.
        foreach ((_, WatchedNode node) in snapshot.Topics.OrderBy(topic => topic.Key, StringComparer.Ordinal))
        {
            Write(writer, node);
        }

        writer.Flush();
        writer.Write(SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Whether two files hold the same nodes, whenever they were saved.</summary>
    public static bool IsSame(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) =>
        IsWhole(one) && IsWhole(other) && one[ContentStart..^HashLength].SequenceEqual(other[ContentStart..^HashLength]);

    /// <summary>The nodes, or why the file cannot be used.</summary>
    public static bool TryRead(
        byte[] file, ZooKeeperAddress address, string instanceName, [NotNullWhen(true)] out NodeSnapshot? snapshot, [NotNullWhen(false)] out string? reason)
    {
        snapshot = null;
        if (!file.AsSpan().StartsWith(Magic))
        {
            reason = "it is not a file of saved nodes";
            return false;
        }

        if (!IsWhole(file))
        {
            reason = "it is damaged: its checksum does not match";
            return false;
        }

        // What has the right checksum was written here, and is read without further suspicion.
        using var reader = new BinaryReader(new MemoryStream(file), Encoding.UTF8);
        reader.BaseStream.Position = Magic.Length;
        var savedAt = DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64());
        (string writtenFor, string writtenBy) = (reader.ReadString(), reader.ReadString());
        if (writtenFor != address.Text || writtenBy != instanceName)
        {
            reason = $"it belongs to {writtenBy} at {writtenFor}";
            return false;
        }

        snapshot = ReadNodes(reader, savedAt);
        reason = null;
        return true;
    }

    private static NodeSnapshot ReadNodes(BinaryReader reader, DateTimeOffset savedAt)
    {
        int topics = reader.ReadInt32() - 1;
        WatchedNode own = ReadNode(reader);
        ImmutableDictionary<string, WatchedNode>.Builder nodes = ImmutableDictionary.CreateBuilder<string, WatchedNode>(StringComparer.Ordinal);
        for (int i = 0; i < topics; i++)
        {
            WatchedNode node = ReadNode(reader);
            nodes.Add(node.Path[NodeWatcherOptions.TopicPath("").Length..], node);
        }

        return new NodeSnapshot(own, nodes.ToImmutable(), 0, savedAt);
    }

    private static bool IsWhole(ReadOnlySpan<byte> file) =>
        file.Length > ContentStart + HashLength && SHA256.HashData(file[..^HashLength]).AsSpan().SequenceEqual(file[^HashLength..]);

    private static void Write(BinaryWriter writer, WatchedNode node)
    {
        writer.Write(node.Path);
        writer.Write((byte)node.Presence);
        writer.Write((int)node.Error);
        writer.Write(node.Stat.Version);
        writer.Write(node.Stat.ModifiedZxid);
        writer.Write(node.Stat.CreatedZxid);
        writer.Write(node.Stat.ModifiedUnixMs);
        writer.Write(node.Stat.CreatedUnixMs);
        writer.Write(node.Stat.ChildCount);
        writer.Write(node.Stat.AclVersion);
        writer.Write(node.Bytes.Length);
        writer.Write(node.Bytes.Span);
    }

    private static WatchedNode ReadNode(BinaryReader reader)
    {
        string path = reader.ReadString();
        var presence = (NodePresence)reader.ReadByte();
        var error = (ZooKeeperError)reader.ReadInt32();
        int version = reader.ReadInt32();
        (long modified, long created) = (reader.ReadInt64(), reader.ReadInt64());
        (long modifiedMs, long createdMs) = (reader.ReadInt64(), reader.ReadInt64());
        (int children, int aclVersion) = (reader.ReadInt32(), reader.ReadInt32());
        byte[] bytes = reader.ReadBytes(reader.ReadInt32());
        var stat = new NodeStat(version, modified, created, modifiedMs, createdMs, bytes.Length, children, aclVersion);
        return presence switch
        {
            NodePresence.Present => WatchedNode.Present(path, bytes, stat),
            NodePresence.Missing => WatchedNode.Missing(path),
            _ => WatchedNode.Unreadable(path, stat, error),
        };
    }
}
