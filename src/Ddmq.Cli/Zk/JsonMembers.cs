using System.Text.Json;
using System.Text.Json.Nodes;
using Ddmq.Config.Loading;

namespace Ddmq.Cli.Zk;

/// <summary>
/// Members of a node's objects by their names, found as leniently as the proxy finds them (case, <c>_</c> and <c>-</c> do not count, of
/// several the last) and added where the console would write them: in alphabetical order.
/// </summary>
internal static class JsonMembers
{
    /// <summary>The member's value; null when it is absent or null.</summary>
    public static JsonNode? Member(this JsonObject node, string name) => NameOf(node, name) is { } found ? node[found] : null;

    /// <summary>The member as an object, which is added when absent.</summary>
    public static JsonObject Section(this JsonObject node, string name)
    {
        if (node.Member(name) is JsonObject section)
        {
            return section;
        }

        section = [];
        node.Put(name, section);
        return section;
    }

    /// <summary>The member as an array, which is added when absent.</summary>
    public static JsonArray List(this JsonObject node, string name)
    {
        if (node.Member(name) is JsonArray list)
        {
            return list;
        }

        list = [];
        node.Put(name, list);
        return list;
    }

    /// <summary>Sets a member under the name it has, or adds it.</summary>
    public static void Put(this JsonObject node, string name, JsonNode value)
    {
        if (NameOf(node, name) is { } found)
        {
            node[found] = value;
            return;
        }

        int index = 0;
        while (index < node.Count && string.CompareOrdinal(node.GetAt(index).Key, name) < 0)
        {
            index++;
        }

        node.Insert(index, name, value);
    }

    /// <summary>Removes a member, under whatever names it has.</summary>
    public static void Drop(this JsonObject node, string name)
    {
        while (NameOf(node, name) is { } found)
        {
            node.Remove(found);
        }
    }

    /// <summary>The texts among an array's elements.</summary>
    public static IReadOnlyList<string> Texts(this JsonArray array) => [.. array.Select(Text).OfType<string>()];

    /// <summary>A scalar as text, quoted or not; null for everything else.</summary>
    public static string? Text(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.ToJsonString(),
        _ => null,
    };

    /// <summary>Removes a text from an array; false when it is not in it.</summary>
    public static bool RemoveText(this JsonArray array, string text)
    {
        bool found = false;
        for (int i = array.Count - 1; i >= 0; i--)
        {
            if (Text(array[i]) == text)
            {
                array.RemoveAt(i);
                found = true;
            }
        }

        return found;
    }

    private static string? NameOf(JsonObject node, string name)
    {
        string normalized = OptionSchema.Normalize(name);
        return node.Select(member => member.Key).LastOrDefault(key => OptionSchema.Normalize(key) == normalized);
    }
}
