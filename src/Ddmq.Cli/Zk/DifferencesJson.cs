using System.Text.Json;

namespace Ddmq.Cli.Zk;

/// <summary>Differences for programs: <c>"differences":[{"member":"maxTps","old":"1000","new":"1001"}]</c>, values as JSON texts, null for absent.</summary>
internal static class DifferencesJson
{
    /// <summary>Writes the property.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<MemberDifference> differences)
    {
        json.WriteStartArray("differences");
        foreach (MemberDifference difference in differences)
        {
            json.WriteStartObject();
            json.WriteString("member", difference.Member);
            json.WriteString("old", difference.Old);
            json.WriteString("new", difference.New);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
