using System.Text.Json.Nodes;

namespace Ddmq.Cli.Zk;

/// <summary>A node's content while it is being changed: what was read, and what is to be written. Not thread-safe.</summary>
internal sealed class NodeDocument
{
    private readonly byte[]? _unchanged;

    /// <summary>A node that was read and is good, or one to be written anew.</summary>
    /// <param name="path">Its path below the chroot.</param>
    /// <param name="before">As it was read; null when it is not there.</param>
    /// <param name="json">Its content, or what it shall hold at first.</param>
    /// <param name="isNew">Whether there was no content of that form before.</param>
    public NodeDocument(string path, StoredNode? before, JsonObject json, bool isNew)
    {
        Path = path;
        Before = before;
        Json = json;
        _unchanged = isNew ? null : ConsoleJson.Write(json);
    }

    /// <summary>Its path below the chroot.</summary>
    public string Path { get; }

    /// <summary>As it was read; null when it is not there.</summary>
    public StoredNode? Before { get; }

    /// <summary>The content, to be changed in place.</summary>
    public JsonObject Json { get; }

    /// <summary>Set to have the node deleted.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>What is to be written; null when nothing is.</summary>
    public NodeChange? Change
    {
        get
        {
            if (IsDeleted)
            {
                return Before is null ? null : new NodeChange(Path, Before, null);
            }

            // A node that somebody wrote by hand, with blanks, is not written again only to lose them.
            byte[] now = ConsoleJson.Write(Json);
            return _unchanged is not null && now.AsSpan().SequenceEqual(_unchanged) ? null : new NodeChange(Path, Before, now);
        }
    }
}
