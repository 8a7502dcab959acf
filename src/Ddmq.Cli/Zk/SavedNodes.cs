using System.Globalization;
using System.Text.Json;
using Ddmq.Cli.Admin;

namespace Ddmq.Cli.Zk;

/// <summary>A version of the configuration that a proxy has kept. Immutable.</summary>
/// <param name="Version">Its number.</param>
/// <param name="SavedAt">When it was saved.</param>
/// <param name="OwnPath">The proxy's node.</param>
/// <param name="Nodes">The proxy's node and those of its topics, with the versions they had.</param>
internal sealed record SavedNodes(long Version, DateTimeOffset SavedAt, string OwnPath, IReadOnlyList<StoredNode> Nodes)
{
    private const string Path = "api/configuration/history";

    /// <summary>Gets a version from the proxy.</summary>
    /// <exception cref="CliException">There is no such proxy or version.</exception>
    public static async Task<SavedNodes> GetAsync(AdminClient admin, long version, CancellationToken cancellationToken)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"{Path}/{version}");
        using JsonDocument document = await admin.GetJsonAsync(path, cancellationToken).ConfigureAwait(false);
        try
        {
            JsonElement json = document.RootElement;
            return new SavedNodes(
                json.GetProperty("version").GetInt64(),
                json.GetProperty("savedAt").GetDateTimeOffset(),
                json.GetProperty("own").GetString()!,
                [
                    .. json.GetProperty("nodes").EnumerateArray().Select(node => new StoredNode(
                        node.GetProperty("path").GetString()!, node.GetProperty("bytesBase64").GetBytesFromBase64(), node.GetProperty("version").GetInt32())),
                ]);
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw admin.NotUnderstood(path, exception);
        }
    }

    /// <summary>Gets the list of versions; the caller disposes it.</summary>
    public static Task<JsonDocument> ListAsync(AdminClient admin, CancellationToken cancellationToken) => admin.GetJsonAsync(Path, cancellationToken);

    /// <summary>From this version to what ZooKeeper has now.</summary>
    public async Task<IReadOnlyList<NodeChange>> ToNowAsync(ZkConnection connection)
    {
        var changes = new List<NodeChange>();
        IReadOnlyList<StoredNode?> now = await connection.ReadAsync([.. Nodes.Select(node => node.Path)]).ConfigureAwait(false);
        for (int i = 0; i < Nodes.Count; i++)
        {
            if (now[i]?.Bytes.Span.SequenceEqual(Nodes[i].Bytes.Span) != true)
            {
                changes.Add(new NodeChange(Nodes[i].Path, Nodes[i], now[i]?.Bytes.ToArray()));
            }
        }

        IReadOnlyList<string> added = [.. TopicsOf(now.FirstOrDefault(node => node?.Path == OwnPath)).Select(TopicNode.PathOf).Except(Nodes.Select(node => node.Path))];
        foreach (StoredNode? node in await connection.ReadAsync(added).ConfigureAwait(false))
        {
            if (node is not null)
            {
                changes.Add(new NodeChange(node.Path, null, node.Bytes.ToArray()));
            }
        }

        return changes;
    }

    /// <summary>What brings ZooKeeper back to this version: the nodes that differ, and no others.</summary>
    public async Task AddTo(NodePlan plan, ZkConnection connection)
    {
        IReadOnlyList<StoredNode?> now = await connection.ReadAsync([.. Nodes.Select(node => node.Path)]).ConfigureAwait(false);

        // Topics first, as the console writes.
        foreach (int i in Enumerable.Range(0, Nodes.Count).OrderBy(i => Nodes[i].Path == OwnPath))
        {
            if (now[i]?.Bytes.Span.SequenceEqual(Nodes[i].Bytes.Span) != true)
            {
                plan.Add(new NodeChange(Nodes[i].Path, now[i], Nodes[i].Bytes.ToArray()));
            }
        }

        IEnumerable<string> then = TopicsOf(Nodes.FirstOrDefault(node => node.Path == OwnPath));
        foreach (string topic in TopicsOf(now.FirstOrDefault(node => node?.Path == OwnPath)).Except(then))
        {
            plan.Note($"topic {topic} came later: it goes off the white list, its node stays");
        }
    }

    private static IReadOnlyList<string> TopicsOf(StoredNode? own)
    {
        try
        {
            return own is not null && ConsoleJson.Parse(own.Bytes) is System.Text.Json.Nodes.JsonObject json
                && json.Member("topics") is System.Text.Json.Nodes.JsonArray topics ? topics.Texts() : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
