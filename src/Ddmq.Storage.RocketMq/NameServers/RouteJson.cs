using System.Globalization;
using System.Text.Json;

namespace Ddmq.Storage.RocketMq.NameServers;

/// <summary>
/// Routes as name servers write them. Two dialects: fastjson 1.x does not quote numbers that are keys (<c>{0:"addr"}</c>), newer name servers
/// send standard JSON to clients that claim a version from 4.9.4 on. Unknown members are skipped.
/// <code>
/// { "brokerDatas":[{"brokerName":"a","brokerAddrs":{0:"ip:port",1:..}}], "queueDatas":[{"brokerName":"a","perm":6,"writeQueueNums":4}],
///   "orderTopicConf":"a:4;b:4" }
/// </code>
/// Source: TopicRouteData.
/// </summary>
internal static class RouteJson
{
    private const string MasterId = "0";

    /// <summary>Reads a route; null when it is none.</summary>
    public static RouteData? TryParse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(QuoteNumericKeys(utf8));
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var masters = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (JsonElement broker in Items(root, "brokerDatas"))
            {
                if (Text(broker, "brokerName") is { } name
                    && broker.TryGetProperty("brokerAddrs", out JsonElement addresses)
                    && addresses.ValueKind == JsonValueKind.Object
                    && Text(addresses, MasterId) is { } master)
                {
                    masters[name] = master;
                }
            }

            var queues = new List<RouteQueues>();
            foreach (JsonElement queue in Items(root, "queueDatas"))
            {
                if (Text(queue, "brokerName") is { } name)
                {
                    queues.Add(new RouteQueues(name, Number(queue, "perm"), Number(queue, "writeQueueNums")));
                }
            }

            return new RouteData(queues, masters, Text(root, "orderTopicConf"));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// Puts quotes around digits that are followed by ':' and preceded by '{' or ','. Standard JSON has none of these and passes unchanged.
    /// </summary>
    internal static byte[] QuoteNumericKeys(ReadOnlySpan<byte> json)
    {
        var quoted = new List<byte>(json.Length + 32);
        bool inString = false;
        byte previous = 0;
        for (int i = 0; i < json.Length; i++)
        {
            byte current = json[i];
            if (inString)
            {
                quoted.Add(current);
                if (current == '\\' && i + 1 < json.Length)
                {
                    quoted.Add(json[++i]);
                }

                inString = current != '"';
                previous = current;
                continue;
            }

            if (char.IsAsciiDigit((char)current) && previous is (byte)'{' or (byte)',' && KeyLength(json[i..]) is > 0 and int length)
            {
                quoted.Add((byte)'"');
                quoted.AddRange(json.Slice(i, length));
                quoted.Add((byte)'"');
                i += length - 1;
                previous = (byte)'"';
                continue;
            }

            quoted.Add(current);
            inString = current == '"';
            previous = char.IsWhiteSpace((char)current) ? previous : current;
        }

        return [.. quoted];
    }

    // The number of digits when a ':' comes behind them, else 0.
    private static int KeyLength(ReadOnlySpan<byte> json)
    {
        int length = json.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return length > 0 && json[length..].TrimStart(" \t\r\n"u8) is [(byte)':', ..] ? length : 0;
    }

    private static IEnumerable<JsonElement> Items(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement items) && items.ValueKind == JsonValueKind.Array
            ? items.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object)
            : [];

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int Number(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out JsonElement value))
        {
            return 0;
        }

        return value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetInt32(out int number) ? number : 0,
            JsonValueKind.String => int.TryParse(value.GetString(), CultureInfo.InvariantCulture, out int number) ? number : 0,
            _ => 0,
        };
    }
}
