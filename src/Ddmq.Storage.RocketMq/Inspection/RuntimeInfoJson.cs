using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ddmq.Storage.RocketMq.Inspection;

/// <summary>
/// What a broker tells of itself. It does not tell its time, but when it started and for how long it has run since:
/// <code>
/// { "table":{"bootTimestamp":"1700000000000","runtime":"[ 0 days, 0 hours, 1 minutes, 2 seconds ]","brokerVersionDesc":"V4_9_7",..} }
/// </code>
/// Source: AdminBrokerProcessor, StoreStatsService.
/// </summary>
internal static partial class RuntimeInfoJson
{
    // The run time is told in whole seconds: on the average half a second is missing.
    private static readonly TimeSpan HalfASecond = TimeSpan.FromMilliseconds(500);

    /// <summary>The version and the broker's time, each null when it is not told.</summary>
    public static (string? Version, DateTimeOffset? Time) Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.TryGetProperty("table", out JsonElement table) && table.ValueKind == JsonValueKind.Object
                ? (Text(table, "brokerVersionDesc"), Time(Text(table, "bootTimestamp"), Text(table, "runtime")))
                : default;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return default;
        }
    }

    private static DateTimeOffset? Time(string? started, string? runs) =>
        long.TryParse(started, NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds)
        && milliseconds < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
        && RunTime().Match(runs ?? "") is { Success: true } parts
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) + HalfASecond + new TimeSpan(Part(parts, 1), Part(parts, 2), Part(parts, 3), Part(parts, 4))
            : null;

    private static int Part(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    private static string? Text(JsonElement table, string name) => table.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    [GeneratedRegex(@"^\[ ([0-9]{1,5}) days, ([0-9]{1,2}) hours, ([0-9]{1,2}) minutes, ([0-9]{1,2}) seconds \]$")]
    private static partial Regex RunTime();
}
