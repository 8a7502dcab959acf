using System.Globalization;
using Ddmq.Cli.Output;

namespace Ddmq.Cli.Zk;

/// <summary>Names and lists as they are typed.</summary>
internal static class Names
{
    /// <summary>What repeated options and commas separate.</summary>
    public static IReadOnlyList<string> Split(IEnumerable<string>? typed) =>
        [.. (typed ?? []).SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal)];

    /// <summary>The name under which ZooKeeper knows a proxy: <c>host:port</c>.</summary>
    /// <exception cref="CliException">It is none.</exception>
    public static string Instance(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0 && !text.Contains('/', StringComparison.Ordinal) && !text.Any(char.IsControl)
            && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? text
            : throw CliException.Usage($"'{SafeText.Of(text)}' is no HOST:PORT under which ZooKeeper knows a proxy, for example 10.0.0.11:9613");
    }

    /// <summary>Several of them.</summary>
    public static IReadOnlyList<string> Instances(IEnumerable<string>? typed) => [.. Split(typed).Select(Instance)];
}
