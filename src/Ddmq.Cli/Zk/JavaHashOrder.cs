using System.Text.Json.Nodes;

namespace Ddmq.Cli.Zk;

/// <summary>
/// The order in which the original's console, a Java program, writes the elements of sets and the keys of maps: that of its hash tables.
/// What a node already has in that order keeps it when something is added; a set in another order (made by hand) gets the newcomer at
/// its end. Thread-safe as long as the nodes are not shared.
/// </summary>
internal static class JavaHashOrder
{
    // java.util.HashMap: the smallest table, and how full one becomes before it is doubled.
    private const int SmallestTable = 16;
    private const double LoadFactor = 0.75;

    /// <summary>The texts in that order; those that share a place stay as they are.</summary>
    public static IReadOnlyList<string> Sort(IReadOnlyCollection<string> texts)
    {
        int table = SmallestTable;
        while (texts.Count > table * LoadFactor)
        {
            table *= 2;
        }

        return [.. texts.OrderBy(text => Place(text, table))];
    }

    /// <summary>The texts with one more.</summary>
    public static IReadOnlyList<string> Insert(IReadOnlyList<string> texts, string added)
    {
        string[] all = [.. texts, added];
        return Sort(texts).SequenceEqual(texts) ? Sort(all) : all;
    }

    /// <summary>Adds an element to a set of texts.</summary>
    public static void Add(JsonArray set, string element)
    {
        IReadOnlyList<string> all = Insert(set.Texts(), element);
        set.Clear();
        foreach (string text in all)
        {
            set.Add(JsonValue.Create(text));
        }
    }

    /// <summary>Adds an entry to a map.</summary>
    public static void Add(JsonObject map, string key, JsonNode value)
    {
        IReadOnlyList<string> order = Insert([.. map.Select(entry => entry.Key)], key);
        Dictionary<string, JsonNode?> entries = map.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
        entries[key] = value;
        map.Clear();
        foreach (string name in order)
        {
            map.Add(name, entries[name]);
        }
    }

    private static int Place(string text, int table)
    {
        // String.hashCode, and what HashMap.hash makes of it.
        int hash = 0;
        foreach (char c in text)
        {
            hash = unchecked((31 * hash) + c);
        }

        return (hash ^ (hash >>> 16)) & (table - 1);
    }
}
