using System.Text;
using System.Text.Json.Nodes;
using Ddmq.Cli.Zk;
using Ddmq.TestKit;

namespace Ddmq.UnitTests.Cli.Zk;

/// <summary>What the original console wrote, by the names of the recorded files.</summary>
internal static class ConsoleNode
{
    /// <summary>The names of all of them.</summary>
    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(SourceTree.PathOf("tests/Ddmq.TestKit/ConsoleNodes"), "*.json").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    /// <summary>The bytes.</summary>
    public static byte[] Bytes(string name) => File.ReadAllBytes(SourceTree.PathOf($"tests/Ddmq.TestKit/ConsoleNodes/{name}"));

    /// <summary>The bytes as text.</summary>
    public static string Text(string name) => Encoding.UTF8.GetString(Bytes(name));

    /// <summary>The content, to be changed.</summary>
    public static JsonObject Json(string name) => (JsonObject)ConsoleJson.Parse(Bytes(name))!;

    /// <summary>A topic's node as it was recorded.</summary>
    public static TopicNode Topic(string topic, string name)
    {
        var stored = new StoredNode(TopicNode.PathOf(topic), Bytes(name), 1);
        return new TopicNode(topic, new NodeDocument(stored.Path, stored, Json(name), isNew: false));
    }

    /// <summary>What would be written, as text.</summary>
    public static string Written(NodeDocument document) => Encoding.UTF8.GetString(document.Change!.After!);
}
