using System.Globalization;
using Ddmq.Config;
using Ddmq.Config.ZooKeeper.Caching;
using Ddmq.Config.ZooKeeper.Watching;
using Ddmq.Proxy.LiveConfiguration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Ddmq.Proxy.Admin;

/// <summary>
/// The configuration from ZooKeeper, for <c>ddmq zk show</c>, <c>history</c> and <c>rollback</c>; 404 for a proxy without ZooKeeper.
/// <list type="table">
/// <item><c>/api/configuration</c>: what is in force, and which nodes are not</item>
/// <item><c>/api/configuration/history</c>: the last good versions on the disk, newest first, with the nodes that differ from the version before</item>
/// <item><c>/api/configuration/history/{version}</c>: the nodes of one of them, byte for byte</item>
/// </list>
/// </summary>
internal static class ConfigurationEndpoints
{
    public static void Map(WebApplication app, ProxyStatus status)
    {
        app.MapGet("/api/configuration", context => WithSource(context, status, source => context.Response.WriteAsJsonAsync(InForce(source))));
        app.MapGet("/api/configuration/history", context => WithSource(context, status, source => context.Response.WriteAsJsonAsync(History(source.History))));
        app.MapGet("/api/configuration/history/{version}", context => WithSource(context, status, source => WriteVersionAsync(context, source.History)));
    }

    private static Task WithSource(HttpContext context, ProxyStatus status, Func<ZooKeeperSource, Task> answer) => status.Configuration is { } source
        ? answer(source)
        : RefuseAsync(context, StatusCodes.Status404NotFound, "this proxy takes its configuration from its file alone (zookeeperAddr is empty)");

    private static object InForce(ZooKeeperSource source)
    {
        ConfigurationStatus status = source.Status;
        ProxySettings? settings = status.InForce?.Settings;
        return new
        {
            instance = status.Instance,
            zookeeper = status.Address,
            node = status.OwnPath,
            version = status.InForce?.Version,
            since = status.InForce?.Since,
            origin = settings?.Origin,
            fromCacheOf = status.RunsFromCacheOf,
            waitsFor = status.WaitsFor,
            problems = status.Problems.Select(problem => new { path = problem.Path, version = problem.Version, reason = problem.Reason }),
            embeddedCluster = source.File.Ddmq.Store.ClusterName,
            settings = settings is null ? [] : EffectiveConfiguration.Texts(settings.Node).Select(setting => new { path = setting.Path, value = setting.Text }),
            topics = settings?.Topics.Values.OrderBy(topic => topic.Topic, StringComparer.Ordinal) ?? Enumerable.Empty<object>(),
            fileTopics = source.File.DefaultTopicInfoConf.Topics.Select(topic => topic.Topic),
        };
    }

    private static List<object> History(NodeCache cache)
    {
        var versions = new List<object>();
        IReadOnlyList<long> numbers = cache.Versions();
        CachedNodes?[] nodes = [.. numbers.Select(cache.Load)];
        for (int i = 0; i < nodes.Length; i++)
        {
            CachedNodes? before = nodes[(i + 1)..].FirstOrDefault(older => older is not null);
            if (nodes[i] is { } saved)
            {
                versions.Add(new { version = saved.Version, savedAt = saved.SavedAt, changed = before is null ? null : Changed(before.Snapshot, saved.Snapshot) });
            }
        }

        return versions;
    }

    private static IReadOnlyList<string> Changed(NodeSnapshot before, NodeSnapshot after)
    {
        Dictionary<string, WatchedNode> old = Nodes(before).ToDictionary(node => node.Path, StringComparer.Ordinal);
        Dictionary<string, WatchedNode> now = Nodes(after).ToDictionary(node => node.Path, StringComparer.Ordinal);
        return
        [
            .. old.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
                .Where(path => !(old.TryGetValue(path, out WatchedNode? one) && now.TryGetValue(path, out WatchedNode? other) && one.HasSameContentAs(other))),
        ];
    }

    private static async Task WriteVersionAsync(HttpContext context, NodeCache cache)
    {
        string text = (string)context.Request.RouteValues["version"]!;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long version))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"'{text}' is no number of a version");
        }
        else if (cache.Load(version) is not { } saved)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, $"there is no saved version {version}; ddmq zk history lists what there is");
        }
        else
        {
            await context.Response.WriteAsJsonAsync(new
            {
                version = saved.Version,
                savedAt = saved.SavedAt,
                own = saved.Snapshot.Own.Path,
                nodes = Nodes(saved.Snapshot).Select(node => new { path = node.Path, version = node.Stat.Version, bytesBase64 = node.Bytes.ToArray() }),
            });
        }
    }

    private static IEnumerable<WatchedNode> Nodes(NodeSnapshot snapshot) =>
        snapshot.Topics.OrderBy(topic => topic.Key, StringComparer.Ordinal).Select(topic => topic.Value).Prepend(snapshot.Own)
            .Where(node => node.Presence == NodePresence.Present);

    private static Task RefuseAsync(HttpContext context, int code, string error)
    {
        context.Response.StatusCode = code;
        return context.Response.WriteAsJsonAsync(new { error });
    }
}
