using System.Reflection;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Ddmq.Proxy.Admin;

/// <summary><c>/api/status</c>: the proxy at a glance, for <c>ddmq status</c>.</summary>
internal static class StatusEndpoint
{
    public static void Map(WebApplication app, ProxyStatus status) => app.MapGet("/api/status", context =>
    {
        IReadOnlyList<TopicLedger> ledgers = status.Catalog.Ledgers;
        LedgerReading[] readings = [.. ledgers.Select(ledger => ledger.Read())];
        return context.Response.WriteAsJsonAsync(new
        {
            version = typeof(StatusEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
            processId = Environment.ProcessId,
            started = status.Started,
            uptimeSeconds = (long)(TimeProvider.System.GetUtcNow() - status.Started).TotalSeconds,
            ready = status.NotReady is null,
            reason = status.NotReady,
            degradations = status.Degradations,
            configuration = Configuration(status),
            clusters = status.Clusters.Status.Select(cluster => new { name = cluster.Name, kind = cluster.Kind.ToString(), trouble = cluster.Trouble }),
            connections = status.Connections.Open,
            topics = status.Catalog.Current.Topics.Count,
            messages = new
            {
                received = readings.Sum(reading => reading.Received),
                stored = readings.Sum(reading => reading.Stored),
                spooled = readings.Sum(reading => reading.Spooled),
                refused = readings.Sum(reading => reading.Refused),
                failed = readings.Sum(reading => reading.Failed),
                inFlight = readings.Sum(reading => reading.InFlight),
                answered = SendStatuses.All
                    .Select(code => (Name: SendStatuses.Name(code), Count: ledgers.Sum(ledger => ledger.Answered(code))))
                    .Where(answer => answer.Count > 0)
                    .ToDictionary(answer => answer.Name, answer => answer.Count),
            },
        });
    });

    private static object? Configuration(ProxyStatus status) => status.Configuration?.Status is not { } configuration ? null : new
    {
        instance = configuration.Instance,
        zookeeper = configuration.Address,
        node = configuration.OwnPath,
        state = configuration.Watcher?.State.ToString(),
        since = configuration.Watcher?.Since,
        version = configuration.InForce?.Version,
        inForceSince = configuration.InForce?.Since,
        fromCacheOf = configuration.RunsFromCacheOf,
        waitsFor = configuration.WaitsFor,
        problems = configuration.Problems.Select(problem => new { path = problem.Path, version = problem.Version, reason = problem.Reason }),
    };
}
