using System.Globalization;
using System.Text.Json;
using Ddmq.Cli.Output;
using Ddmq.Cli.Top;

namespace Ddmq.Cli.Explain;

/// <summary>
/// Tells the answer of <c>/api/explain</c> to people: a block for each time a message with that key came, newest last, and what the proxy cannot know.
/// <code>
/// 2026-11-25 14:05:06.789  orders  key order-1  sendSync from 10.0.0.7:40312, 120 bytes
///   limits     admitted
///   attempt 1  cluster R_main, broker-a: handed over after 0.10 ms, 30 ms later: FAIL_UNKNOWN, stored=no; system busy
///   attempt 2  cluster R_main, broker-b, in a batch of 7: handed over after 30 ms, 8.1 ms later: OK
///   answer     code 0 after 38 ms (proxy 0.10 ms, store 38 ms): stored in partition 3 at offset 99
/// </code>
/// Pure; nothing of an answer can reach the terminal as a control sequence.
/// </summary>
internal static class Explanation
{
    /// <summary>What is said when there is no such message.</summary>
    public static string OfNothing(JsonElement answer, DateTimeOffset now)
    {
        string topic = Text(answer, "topic") is { } name ? $" of topic {name}" : "";
        return $"this proxy has answered no message with key {Text(answer, "key")}{topic} {Reach(answer, now)}. It may wait for its answer still, have gone "
            + "to another proxy, or be older (ddmq.recorder.entries)";
    }

    /// <summary>The blocks and the last words.</summary>
    public static IEnumerable<string> Lines(JsonElement answer, Uri address, TimeZoneInfo zone, DateTimeOffset now)
    {
        int count = 0;
        foreach (JsonElement message in answer.GetProperty("messages").EnumerateArray())
        {
            count++;
            yield return Head(message, zone);
            foreach (string line in message.GetProperty("late").GetBoolean() ? Late(message) : Block(message))
            {
                yield return "  " + line;
            }

            yield return "";
        }

        yield return $"{(count == 1 ? "1 entry" : $"{count} entries")} of the proxy at {address.Authority}, which knows what it answered {Reach(answer, now)}.";
        yield return "Another proxy may have had the message too: a client that gets no answer goes to the next one.";
    }

    private static string Head(JsonElement message, TimeZoneInfo zone)
    {
        DateTimeOffset received = TimeZoneInfo.ConvertTime(message.GetProperty("received").GetDateTimeOffset(), zone);
        string key = Text(message, "key") ?? "";
        int keyBytes = message.GetProperty("keyBytes").GetInt32();
        bool isCut = System.Text.Encoding.UTF8.GetByteCount(message.GetProperty("key").GetString() ?? "") < keyBytes;
        return string.Create(CultureInfo.InvariantCulture, $"{received:yyyy-MM-dd HH:mm:ss.fff}  {Text(message, "topic") ?? "(no topic)"}  key {key}")
            + (isCut ? $"... ({keyBytes} bytes)" : "")
            + $"  {Text(message, "method")} from {Text(message, "client") ?? "an unknown client"}, {message.GetProperty("bodyBytes").GetInt32()} bytes";
    }

    private static IEnumerable<string> Block(JsonElement message)
    {
        JsonElement stages = message.GetProperty("stages");
        string limiter = Text(message, "limiter")!;
        yield return $"limits     {limiter}{(limiter == "delayed" ? $" by {Ms(stages, "limiterMs")}" : "")}";
        if (message.GetProperty("duplicate").GetBoolean())
        {
            yield return "duplicate  it had been sent before, and got the first one's answer";
        }

        int number = 0;
        foreach (JsonElement attempt in message.GetProperty("attempts").EnumerateArray())
        {
            yield return $"attempt {++number}  {Attempt(attempt)}";
        }

        string store = stages.GetProperty("storeMs").ValueKind == JsonValueKind.Null ? "" : $", store {Ms(stages, "storeMs")}";
        yield return $"answer     code {message.GetProperty("code").GetInt32()} after {Ms(stages, "totalMs")} (proxy {Ms(stages, "proxyMs")}{store}): {Outcome(message)}";
    }

    // The answer is an entry of its own, before this one.
    private static IEnumerable<string> Late(JsonElement message)
    {
        yield return $"late       {Ms(message.GetProperty("stages"), "totalMs")} after it had come, and after it had been answered, its store said: {Outcome(message)}";
    }

    private static string Attempt(JsonElement attempt)
    {
        string broker = Text(attempt, "broker") is { } name ? $", {name}" : "";
        string batch = attempt.GetProperty("batchSize") is { ValueKind: JsonValueKind.Number } size && size.GetInt32() > 1 ? $", in a batch of {size.GetInt32()}" : "";
        double ended = attempt.GetProperty("endedMs").GetDouble();
        string when = attempt.GetProperty("handedOverMs").ValueKind == JsonValueKind.Null
            ? $"answered at once, after {Figures.Ms(ended)} ms"
            : $"handed over after {Ms(attempt, "handedOverMs")}, {Figures.Ms(ended - attempt.GetProperty("handedOverMs").GetDouble())} ms later";
        string detail = Text(attempt, "detail") is { } text ? $"; {text}" : "";
        string status = Text(attempt, "status")!;
        return $"cluster {Text(attempt, "cluster")}{broker}{batch}: {when}: {status}{(status == "OK" ? "" : $", stored={Text(attempt, "stored")}")}{detail}";
    }

    private static string Outcome(JsonElement message)
    {
        if (message.GetProperty("spooled").GetBoolean())
        {
            return "in this proxy's spool, to be delivered later";
        }

        if (message.GetProperty("code").GetInt32() != 0)
        {
            return Text(message, "text")!;
        }

        bool hasPlace = message.GetProperty("partition").ValueKind != JsonValueKind.Null;
        bool hasOffset = message.GetProperty("offset").ValueKind != JsonValueKind.Null;
        return "stored" + (hasPlace ? $" in partition {message.GetProperty("partition").GetInt32()}" : "")
            + (hasOffset ? $" at offset {message.GetProperty("offset").GetInt64()}" : "");
    }

    private static string Reach(JsonElement answer, DateTimeOffset now)
    {
        DateTimeOffset since = answer.GetProperty("completeSince").GetDateTimeOffset();
        TimeSpan ago = now > since ? now - since : TimeSpan.Zero;
        string length = ago.TotalMinutes < 2 ? $"{(int)ago.TotalSeconds} s" : ago.TotalHours < 2 ? $"{(int)ago.TotalMinutes} min" : $"{(int)ago.TotalHours} h";
        return $"in the last {length}";
    }

    private static string Ms(JsonElement element, string name) => Figures.Ms(element.GetProperty(name)) + " ms";

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString() is { } text ? SafeText.Of(text) : null;
}
