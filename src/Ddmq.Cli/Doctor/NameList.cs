namespace Ddmq.Cli.Doctor;

/// <summary>Lists of names for a line that a person reads.</summary>
internal static class NameList
{
    private const int Most = 5;

    /// <summary>The names, the first few of many.</summary>
    public static string Of(IReadOnlyCollection<string> names) =>
        names.Count <= Most ? string.Join(", ", names) : $"{string.Join(", ", names.Take(Most))} and {names.Count - Most} more";

    /// <summary>A number with its noun: <c>1 topic</c>, <c>2 topics</c>.</summary>
    public static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";
}
