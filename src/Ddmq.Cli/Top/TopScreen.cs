using System.Globalization;
using System.Text.Json;
using Ddmq.Cli.Output;

namespace Ddmq.Cli.Top;

/// <summary>
/// Lays the answer of <c>/api/top</c> out in lines that fit a terminal: the proxy, its clusters in at most a third of the rows, its topics in the
/// rest. Pure; nothing of an answer can reach the terminal as a control sequence.
/// </summary>
internal static class TopScreen
{
    private const int WideEnoughForAll = 100;
    private const int MostTroubles = 3;

    /// <summary>The lines.</summary>
    /// <param name="top">The answer.</param>
    /// <param name="address">Whose it is.</param>
    /// <param name="width">Columns there are.</param>
    /// <param name="height">Rows there are.</param>
    public static IReadOnlyList<string> Lines(JsonElement top, Uri address, int width, int height)
    {
        List<string> lines = [.. Head(top, address)];
        AddPart(lines, Clusters(top.GetProperty("clusters"), width), "clusters", Math.Min(height, lines.Count + Math.Max(4, height / 3)));
        AddPart(lines, Topics(top, width), "topics", height);
        return [.. lines.Take(height).Select(line => Columns.Fit(line, width))];
    }

    private static IEnumerable<string> Head(JsonElement top, Uri address)
    {
        JsonElement total = top.GetProperty("total");
        TimeSpan up = TimeSpan.FromSeconds(top.GetProperty("uptimeSeconds").GetInt64());
        string ready = top.GetProperty("ready").GetBoolean() ? "ready" : $"NOT READY: {SafeText.Of(top.GetProperty("reason").GetString() ?? "")}";
        string clock = TimeZoneInfo.ConvertTime(top.GetProperty("time").GetDateTimeOffset(), TimeZoneInfo.Local).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        yield return $"{address.Authority}  {clock}  up {up.ToString(up.Days > 0 ? @"d\d\ hh\:mm\:ss" : @"hh\:mm\:ss", CultureInfo.InvariantCulture)}  "
            + $"over {Figures.Of(top.GetProperty("intervalSeconds"))} s  by {SafeText.Of(top.GetProperty("sort").GetString()!)}  {ready}";
        yield return $"in {Rate(total, "received")}  stored {Rate(total, "stored")}  spooled {Rate(total, "spooled")}  "
            + $"refused {Rate(total, "refused")}  failed {Rate(total, "failed")}  in flight {Figures.Of(total.GetProperty("inFlight"))}";
        yield return $"{Figures.Of(total.GetProperty("bytesPerSecond"))} B/s  {Figures.Of(top.GetProperty("connections"))} connections  "
            + $"cpu {top.GetProperty("cpuCores").GetDouble().ToString("0.00", CultureInfo.InvariantCulture)} cores"
            + (total.GetProperty("limitUse").ValueKind == JsonValueKind.Null ? "" : $"  limit {Figures.Percent(total.GetProperty("limitUse"))} of {Rate(total, "limit")}");
        yield return $"ms p50/p99/p99.9  total {Latency(total.GetProperty("latency"))}"
            + string.Concat(top.GetProperty("stages").EnumerateArray()
                .Where(stage => stage.GetProperty("latency").GetProperty("p50Ms").ValueKind != JsonValueKind.Null)
                .Select(stage => $"  {SafeText.Of(stage.GetProperty("stage").GetString()!)} {Latency(stage.GetProperty("latency"))}"));
        JsonElement spool = top.GetProperty("spool");
        if (spool.GetProperty("messages").GetInt64() > 0 || spool.GetProperty("deliveredPerSecond").GetDouble() > 0)
        {
            yield return $"spool {Figures.Of(spool.GetProperty("messages"))} messages  {Figures.Of(spool.GetProperty("bytes"))} B  "
                + $"oldest {Figures.Of(spool.GetProperty("oldestAgeSeconds"))} s  delivered {Rate(spool, "delivered")}";
        }

        foreach (JsonElement trouble in top.GetProperty("degradations").EnumerateArray().Take(MostTroubles))
        {
            yield return $"! {SafeText.Of(trouble.GetString()!)}";
        }
    }

    private static IEnumerable<string> Clusters(JsonElement clusters, int width)
    {
        var columns = new Columns(width, 10, 8, 7, 8, 7, 8, 7, 9);
        yield return columns.Row("CLUSTER", "STORED/S", "FLIGHT", "LIMIT", "WAITING", "BATCH", "AVG MS", "BUSY/S", "STATE");
        foreach (JsonElement cluster in clusters.EnumerateArray())
        {
            yield return columns.Row(
                SafeText.Of(cluster.GetProperty("name").GetString()!),
                Figures.Of(cluster.GetProperty("storedPerSecond")),
                Figures.Of(cluster.GetProperty("inFlight")),
                "",
                Figures.Of(cluster.GetProperty("waiting")),
                Figures.Of(cluster.GetProperty("batchSize")),
                "",
                "",
                cluster.GetProperty("trouble").ValueKind == JsonValueKind.Null ? "ok" : "trouble");
            foreach (JsonElement broker in cluster.GetProperty("brokers").EnumerateArray())
            {
                yield return columns.Row(
                    "  " + SafeText.Of(broker.GetProperty("name").GetString()!),
                    Figures.Of(broker.GetProperty("answeredPerSecond")),
                    Figures.Of(broker.GetProperty("inFlight")),
                    Figures.Of(broker.GetProperty("limit")),
                    Figures.Of(broker.GetProperty("waiting")),
                    "",
                    Figures.Ms(broker.GetProperty("latencyMs")),
                    Figures.Of(broker.GetProperty("busyPerSecond")),
                    broker.GetProperty("grey").GetBoolean() ? "grey" : broker.GetProperty("connected").GetBoolean() ? "ok" : "idle");
            }
        }
    }

    private static IEnumerable<string> Topics(JsonElement top, int width)
    {
        bool hasAll = width >= WideEnoughForAll;
        Columns columns = hasAll ? new Columns(width, 9, 8, 9, 8, 10, 7, 7, 7, 7, 7, 7) : new Columns(width, 8, 7, 9, 8, 8, 6, 7, 7);
        yield return hasAll
            ? columns.Row("TOPIC", "IN/S", "BYTES/S", "STORED/S", "SPOOL/S", "REFUSED/S", "FAIL/S", "FLIGHT", "LIMIT", "P50 MS", "P99", "P99.9")
            : columns.Row("TOPIC", "IN/S", "BYTES", "REFUSED", "FAILED", "FLIGHT", "LIMIT", "P50 MS", "P99 MS");
        int shown = 0;
        foreach (JsonElement topic in top.GetProperty("topics").EnumerateArray())
        {
            shown++;
            JsonElement latency = topic.GetProperty("latency");
            string[] figures =
            [
                Of("receivedPerSecond"), Of("bytesPerSecond"),
                .. hasAll ? [Of("storedPerSecond"), Of("spooledPerSecond")] : Array.Empty<string>(),
                Of("refusedPerSecond"), Of("failedPerSecond"), Of("inFlight"), Figures.Percent(topic.GetProperty("limitUse")),
                Figures.Ms(latency.GetProperty("p50Ms")), Figures.Ms(latency.GetProperty("p99Ms")),
                .. hasAll ? [Figures.Ms(latency.GetProperty("p999Ms"))] : Array.Empty<string>(),
            ];
            yield return columns.Row(SafeText.Of(topic.GetProperty("topic").GetString()!), figures);
            JsonProperty[] errors = [.. topic.GetProperty("errorsPerSecond").EnumerateObject()];
            if (errors.Length > 0)
            {
                yield return "  " + string.Join("  ", errors.Select(error => $"{SafeText.Of(error.Name)} {Figures.Of(error.Value)}/s"));
            }

            string Of(string name) => Figures.Of(topic.GetProperty(name));
        }

        int more = top.GetProperty("topicsWithMessages").GetInt32() - shown;
        if (more > 0)
        {
            yield return $"{more} more topics have had messages";
        }
    }

    /// <summary>A blank line and the part, cut so that everything ends before that row.</summary>
    private static void AddPart(List<string> lines, IEnumerable<string> part, string what, int end)
    {
        string[] rows = [.. part];
        int room = end - lines.Count - 1;
        if (room < 2)
        {
            return;
        }

        lines.Add("");
        lines.AddRange(rows.Length <= room ? rows : [.. rows.Take(room - 1), $"... {rows.Length - room + 1} more rows of {what}"]);
    }

    private static string Rate(JsonElement row, string what) => Figures.Of(row.GetProperty(what + "PerSecond")) + "/s";

    private static string Latency(JsonElement latency) =>
        $"{Figures.Ms(latency.GetProperty("p50Ms"))}/{Figures.Ms(latency.GetProperty("p99Ms"))}/{Figures.Ms(latency.GetProperty("p999Ms"))}";
}
