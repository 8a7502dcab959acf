using System.Text;
using System.Text.Json.Nodes;
using Ddmq.Cli.Output;

namespace Ddmq.Cli.Zk;

/// <summary>One member that differs between two contents of a node. Immutable.</summary>
/// <param name="Member">Its path, for example <c>topicUnits[0].maxTps</c>; empty for the whole content.</param>
/// <param name="Old">Its value before as JSON; null when it was absent.</param>
/// <param name="New">Its value now as JSON; null when it is absent.</param>
internal sealed record MemberDifference(string Member, string? Old, string? New)
{
    /// <summary>For a terminal: <c>member: old -> new</c>; of lists only what came (+) and went (-).</summary>
    public override string ToString()
    {
        string values = Elements(Old) is { } before && Elements(New) is { } after ? Compare(before, after)
            : Old is null ? $"{SafeText.Of(New!)}"
            : $"{SafeText.Of(Old)} -> {(New is null ? "(none)" : SafeText.Of(New))}";
        return Member.Length == 0 ? values : $"{SafeText.Of(Member)}: {values}";
    }

    private static string Compare(IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        IEnumerable<string> changes = after.Except(before).Select(added => $"+ {SafeText.Of(added)}")
            .Concat(before.Except(after).Select(removed => $"- {SafeText.Of(removed)}"));
        string text = string.Join(", ", changes);
        return text.Length > 0 ? text : $"{SafeText.Of(string.Join(',', before))} -> {SafeText.Of(string.Join(',', after))}";
    }

    private static IReadOnlyList<string>? Elements(string? json) =>
        json is not null && json.StartsWith('[') && ConsoleJson.Parse(Encoding.UTF8.GetBytes(json)) is JsonArray array ? array.Texts() : null;
}
