using System.Text.Json;
using Ddmq.Cli.Admin;

namespace Ddmq.Cli.Zk;

/// <summary>What a proxy has in force, as its admin API tells it. Immutable.</summary>
internal sealed class ProxyConfiguration
{
    private const string Path = "api/configuration";

    private ProxyConfiguration(JsonElement json)
    {
        Instance = json.GetProperty("instance").GetString()!;
        Version = json.GetProperty("version") is { ValueKind: JsonValueKind.Number } version ? version.GetInt64() : null;
        Since = Version is null ? null : json.GetProperty("since").GetDateTimeOffset();
        Origin = json.GetProperty("origin").GetString() ?? "";
        WaitsFor = json.GetProperty("waitsFor").GetString();
        Problems =
        [
            .. json.GetProperty("problems").EnumerateArray()
                .Select(problem => (problem.GetProperty("path").GetString()!, problem.GetProperty("version").GetInt32(), problem.GetProperty("reason").GetString()!)),
        ];
        EmbeddedCluster = json.GetProperty("embeddedCluster").GetString()!;
        Settings = json.GetProperty("settings").EnumerateArray().ToDictionary(
            setting => setting.GetProperty("path").GetString()!, setting => setting.GetProperty("value").GetString()!, StringComparer.Ordinal);
        Topics = json.GetProperty("topics").EnumerateArray().ToDictionary(
            topic => topic.GetProperty("topic").GetString()!, topic => System.Text.Encoding.UTF8.GetBytes(topic.GetRawText()), StringComparer.Ordinal);
        FileTopics = [.. json.GetProperty("fileTopics").EnumerateArray().Select(topic => topic.GetString()!)];
    }

    /// <summary>The proxy, host:port.</summary>
    public string Instance { get; }

    /// <summary>How many configurations it has had since it started, this one included; null while it has none.</summary>
    public long? Version { get; }

    /// <summary>When this one came into force; null while there is none.</summary>
    public DateTimeOffset? Since { get; }

    /// <summary>Where it comes from, to go after "from".</summary>
    public string Origin { get; }

    /// <summary>What the proxy waits for; null when it has what it needs.</summary>
    public string? WaitsFor { get; }

    /// <summary>The nodes that are not in force as ZooKeeper has them.</summary>
    public IReadOnlyList<(string Path, int Version, string Reason)> Problems { get; }

    /// <summary>The name of its embedded store.</summary>
    public string EmbeddedCluster { get; }

    /// <summary>The settings of its node by path.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>The topics it serves by name, as JSON.</summary>
    public IReadOnlyDictionary<string, byte[]> Topics { get; }

    /// <summary>Topics that its file names.</summary>
    public HashSet<string> FileTopics { get; }

    /// <summary>Asks the proxy.</summary>
    /// <exception cref="CliException">It is not there, or has no configuration from ZooKeeper.</exception>
    public static async Task<ProxyConfiguration> GetAsync(AdminClient admin, CancellationToken cancellationToken)
    {
        using JsonDocument document = await admin.GetJsonAsync(Path, cancellationToken).ConfigureAwait(false);
        try
        {
            return new ProxyConfiguration(document.RootElement);
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw admin.NotUnderstood(Path, exception);
        }
    }
}
