using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ddmq.Cli.Output;

/// <summary>
/// One message of the admin API's JSON as one line for people:
/// <code>
/// partition/offset  stored at (local time)   key, tags, properties      body
/// 0/42  2026-11-23 08:15:30.123  key=abc tags=red||blue traceId=7  {"order":1}
/// </code>
/// </summary>
internal static class MessageLine
{
    // Longer bodies would push everything else off the screen.
    private const int LongestBody = 2000;

    /// <summary>The line, fit for a terminal.</summary>
    /// <param name="message">As the admin API has it.</param>
    /// <param name="zone">The time zone of times.</param>
    public static string Format(JsonElement message, TimeZoneInfo zone)
    {
        DateTimeOffset stored = TimeZoneInfo.ConvertTime(
            DateTimeOffset.FromUnixTimeMilliseconds(message.GetProperty("storeUnixMs").GetInt64()), zone);
        var line = new StringBuilder();
        line.Append(
            CultureInfo.InvariantCulture,
            $"{message.GetProperty("partition").GetInt32()}/{message.GetProperty("offset").GetInt64()}  {stored:yyyy-MM-dd HH:mm:ss.fff}  ");
        int begin = line.Length;
        AppendText(line, "key", message.GetProperty("key"));
        AppendText(line, "tags", message.GetProperty("tags"));
        foreach (JsonProperty property in message.GetProperty("properties").EnumerateObject())
        {
            AppendText(line, SafeText.Of(property.Name), property.Value);
        }

        if (line.Length > begin)
        {
            line.Append(' ');
        }

        return line.Append(SafeText.Of(message.GetProperty("bodyBase64").GetBytesFromBase64(), LongestBody)).ToString();
    }

    private static void AppendText(StringBuilder line, string name, JsonElement value)
    {
        // Absent is not the same as empty, and looks different.
        if (value.ValueKind == JsonValueKind.String)
        {
            line.Append(name).Append('=').Append(SafeText.Of(value.GetString()!)).Append(' ');
        }
    }
}
