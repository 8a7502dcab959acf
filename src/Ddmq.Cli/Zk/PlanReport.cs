using System.Text.Json;
using Ddmq.Cli.Output;

namespace Ddmq.Cli.Zk;

/// <summary>
/// Shows a plan: for people a line for each node and one for each member that changes, for programs one JSON object.
/// <code>
/// ~ /topic/orders (version 3)          + is a new node, - one that is deleted
///     topicUnits[0].maxTps: 1000 -> 1001
/// </code>
/// </summary>
internal static class PlanReport
{
    /// <summary>Writes the changes for people.</summary>
    public static void Write(TextWriter output, IEnumerable<NodeChange> changes)
    {
        foreach (NodeChange change in changes)
        {
            char sign = change.Before is null ? '+' : change.After is null ? '-' : '~';
            output.WriteLine($"{sign} {SafeText.Of(change.Path)}{(change.Before is null ? "" : $" (version {change.Before.Version})")}");
            foreach (MemberDifference difference in Differences(change))
            {
                output.WriteLine($"    {difference}");
            }
        }
    }

    /// <summary>A plan for programs.</summary>
    public static string ToJson(NodePlan plan, bool isWritten, bool isDryRun) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("written", isWritten);
        json.WriteBoolean("dryRun", isDryRun);
        WriteChanges(json, plan.Changes);
        json.WriteStartArray("notes");
        foreach (string note in plan.Notes)
        {
            json.WriteStringValue(note);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>Changes alone, for programs.</summary>
    public static string ToJson(IEnumerable<NodeChange> changes) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        WriteChanges(json, changes);
        json.WriteEndObject();
    });

    private static void WriteChanges(Utf8JsonWriter json, IEnumerable<NodeChange> changes)
    {
        json.WriteStartArray("changes");
        foreach (NodeChange change in changes)
        {
            json.WriteStartObject();
            json.WriteString("path", change.Path);
            json.WriteString("kind", change.Kind);
            if (change.Before is not null)
            {
                json.WriteNumber("version", change.Before.Version);
            }

            DifferencesJson.Write(json, Differences(change));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // Not After alone: a null array would become an empty content.
    private static IReadOnlyList<MemberDifference> Differences(NodeChange change) =>
        MemberDiff.Compare(change.Before?.Bytes, change.After is null ? (ReadOnlyMemory<byte>?)null : change.After);
}
