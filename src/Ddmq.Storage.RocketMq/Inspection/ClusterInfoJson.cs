using System.Text.Json;
using Ddmq.Storage.RocketMq.NameServers;

namespace Ddmq.Storage.RocketMq.Inspection;

/// <summary>
/// A name server's list of brokers.
/// <code>
/// { "brokerAddrTable":{"a":{"brokerAddrs":{0:"ip:port",1:..},"brokerName":"a","cluster":".."}}, "clusterAddrTable":{..} }
/// </code>
/// Source: ClusterInfo.
/// </summary>
internal static class ClusterInfoJson
{
    private const string MasterId = "0";

    /// <summary>The masters' addresses by broker name, null for a broker without one; null when the text is no such list.</summary>
    public static IReadOnlyDictionary<string, string?>? TryParse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(RouteJson.QuoteNumericKeys(utf8));
            var masters = new Dictionary<string, string?>(StringComparer.Ordinal);
            if (document.RootElement.TryGetProperty("brokerAddrTable", out JsonElement brokers) && brokers.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty broker in brokers.EnumerateObject())
                {
                    masters[broker.Name] = broker.Value.TryGetProperty("brokerAddrs", out JsonElement addresses)
                        && addresses.TryGetProperty(MasterId, out JsonElement master)
                        ? master.GetString()
                        : null;
                }
            }

            return masters;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
