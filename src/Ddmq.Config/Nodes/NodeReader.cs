using System.Text.Json;
using Ddmq.Config.Loading;

namespace Ddmq.Config.Nodes;

/// <summary>
/// Reads the JSON of ZooKeeper's nodes, as leniently as the original: unknown members are passed over, numbers and booleans may be quoted,
/// names match without regard to case, <c>_</c> and <c>-</c>, null is absent. What remains is checked as the file is. Thread-safe.
/// </summary>
internal static class NodeReader
{
    // The console creates each node with one of these texts and writes its value afterwards.
    private static readonly byte[][] Placeholders = ["carrera"u8.ToArray(), "default"u8.ToArray()];

    /// <summary>Whether the node was created and its value not written yet.</summary>
    public static bool IsPlaceholder(ReadOnlySpan<byte> bytes)
    {
        foreach (byte[] placeholder in Placeholders)
        {
            if (bytes.SequenceEqual(placeholder))
            {
                return true;
            }
        }

        return bytes.IsEmpty;
    }

    /// <summary>A proxy's own node.</summary>
    /// <param name="bytes">Its data.</param>
    /// <param name="path">Its path, for error texts.</param>
    /// <param name="embeddedCluster">The name that the embedded store has taken.</param>
    public static NodeReading<ProxyNodeOptions> ReadProxy(ReadOnlySpan<byte> bytes, string path, string embeddedCluster) =>
        Read<ProxyNodeOptions>(bytes, path, (node, report) => NodeChecks.Proxy(node, embeddedCluster, report));

    /// <summary>A topic's node.</summary>
    /// <param name="bytes">Its data.</param>
    /// <param name="path">Its path, for error texts.</param>
    /// <param name="topic">The topic, by the node's name.</param>
    public static NodeReading<TopicOptions> ReadTopic(ReadOnlySpan<byte> bytes, string path, string topic) =>
        Read<TopicOptions>(bytes, path, (node, report) => NodeChecks.Topic(node, topic, report));

    private static NodeReading<T> Read<T>(ReadOnlySpan<byte> bytes, string path, Action<T, BindingReport> check)
        where T : class, new()
    {
        if (IsPlaceholder(bytes))
        {
            return new NodeReading<T>(null, [$"{path}: the node was created, and its value has not been written yet"]);
        }

        var report = new BindingReport(path);
        var value = new T();
        try
        {
            new OptionBinder(report, ignoresUnknown: true).Bind(JsonTree.Parse(bytes), value, "");
            if (!report.HasErrors)
            {
                check(value, report);
            }
        }
        catch (JsonException exception)
        {
            return new NodeReading<T>(null, [$"{path}: not valid JSON: {exception.Message}"]);
        }

        return report.HasErrors ? new NodeReading<T>(null, report.Errors) : new NodeReading<T>(value, []);
    }
}
