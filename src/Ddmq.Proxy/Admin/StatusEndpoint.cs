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
        return context.Response.WriteAsJsonAsync(new
        {
            version = typeof(StatusEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
            processId = Environment.ProcessId,
            started = status.Started,
            uptimeSeconds = (long)(TimeProvider.System.GetUtcNow() - status.Started).TotalSeconds,
            ready = status.NotReady is null,
            reason = status.NotReady,
            connections = status.Connections.Open,
            topics = status.Catalog.Current.Topics.Count,
            messages = new
            {
                received = ledgers.Sum(ledger => ledger.Received),
                inFlight = ledgers.Sum(ledger => ledger.InFlight),
                answered = SendStatuses.All
                    .Select(code => (Name: SendStatuses.Name(code), Count: ledgers.Sum(ledger => ledger.Answered(code))))
                    .Where(answer => answer.Count > 0)
                    .ToDictionary(answer => answer.Name, answer => answer.Count),
            },
        });
    });
}
