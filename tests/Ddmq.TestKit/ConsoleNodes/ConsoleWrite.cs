using System.Text;

namespace Ddmq.TestKit.ConsoleNodes;

/// <summary>One write of the original console, from <c>writes.txt</c>.</summary>
/// <param name="Call">The number of the console's call.</param>
/// <param name="Path">The node, below the configuration's root; absolute ones begin with a slash.</param>
/// <param name="Bytes">What it holds afterwards; null when it was deleted.</param>
/// <param name="PassesThroughPlaceholder">It was created with the console's placeholder and then set.</param>
/// <param name="Version">Its version afterwards; -1 when it was deleted.</param>
public sealed record ConsoleWrite(string Call, string Path, byte[]? Bytes, bool PassesThroughPlaceholder, int Version)
{
    /// <summary>What a new node holds at first.</summary>
    public static byte[] Placeholder => "carrera"u8.ToArray();

    /// <summary>Every write, in order.</summary>
    public static IReadOnlyList<ConsoleWrite> All { get; } =
    [
        .. File.ReadLines(SourceTree.PathOf("tests/Ddmq.TestKit/ConsoleNodes/writes.txt"))
            .Where(line => line.Length > 0 && line[0] != '#').Select(Parse),
    ];

    private static ConsoleWrite Parse(string line)
    {
        string[] parts = line.Split(' ', 6);
        if (parts[1] == "delete")
        {
            return new ConsoleWrite(parts[0], parts[2], null, false, -1);
        }

        byte[] bytes = parts[4] == "file"
            ? File.ReadAllBytes(SourceTree.PathOf($"tests/Ddmq.TestKit/ConsoleNodes/{parts[5]}"))
            : Encoding.UTF8.GetBytes(parts[5]);
        return new ConsoleWrite(parts[0], parts[2], bytes, parts[1] == "new", int.Parse(parts[3], System.Globalization.CultureInfo.InvariantCulture));
    }
}
