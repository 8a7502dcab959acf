using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ddmq.Cli.Zk;

/// <summary>Compares two contents of a node member by member, whatever they hold. Thread-safe.</summary>
internal static class MemberDiff
{
    /// <summary>The members that differ, in the order of the new content, those that are gone last; empty when the bytes say the same.</summary>
    /// <param name="before">The bytes before; null for no node.</param>
    /// <param name="after">The bytes now; null for no node.</param>
    public static IReadOnlyList<MemberDifference> Compare(ReadOnlyMemory<byte>? before, ReadOnlyMemory<byte>? after)
    {
        Dictionary<string, string> old = Flatten(before);
        Dictionary<string, string> now = Flatten(after);
        return
        [
            .. now.Where(member => old.GetValueOrDefault(member.Key) != member.Value)
                .Select(member => new MemberDifference(member.Key, old.GetValueOrDefault(member.Key), member.Value)),
            .. old.Where(member => !now.ContainsKey(member.Key)).Select(member => new MemberDifference(member.Key, member.Value, null)),
        ];
    }

    private static Dictionary<string, string> Flatten(ReadOnlyMemory<byte>? content)
    {
        var members = new Dictionary<string, string>(StringComparer.Ordinal);
        if (content is not { } bytes)
        {
            return members;
        }

        try
        {
            Flatten(ConsoleJson.Parse(bytes), "", members);
        }
        catch (JsonException)
        {
            // Placeholders, and what somebody broke: one text.
            members[""] = Encoding.UTF8.GetString(bytes.Span);
        }

        return members;
    }

    private static void Flatten(JsonNode? value, string path, Dictionary<string, string> members)
    {
        switch (value)
        {
            case null:
                break;
            case JsonObject { Count: > 0 } section:
                foreach ((string name, JsonNode? member) in section)
                {
                    Flatten(member, path.Length == 0 ? name : $"{path}.{name}", members);
                }

                break;
            case JsonArray list when list.Any(element => element is JsonObject or JsonArray):
                for (int i = 0; i < list.Count; i++)
                {
                    Flatten(list[i], $"{path}[{i}]", members);
                }

                break;
            default:
                members[path] = Encoding.UTF8.GetString(ConsoleJson.Write(value));
                break;
        }
    }
}
