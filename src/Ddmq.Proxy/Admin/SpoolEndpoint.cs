using Ddmq.Core.Spooling;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Ddmq.Proxy.Admin;

/// <summary><c>/api/spool</c>: what waits on this proxy's disk, for <c>ddmq spool</c>.</summary>
internal static class SpoolEndpoint
{
    public static void Map(WebApplication app, ProxyStatus status) => app.MapGet("/api/spool", context =>
    {
        Spool spool = status.Spool.Spool;
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        return context.Response.WriteAsJsonAsync(new
        {
            trouble = spool.Trouble,
            maxBytes = spool.Settings.MaxBytes,
            maxBytesPerTopic = spool.Settings.MaxBytesPerTopic,
            maxAgeHours = spool.Settings.MaxAge.TotalHours,
            inFlight = status.Spool.Delivery.InFlight,
            queues = spool.Readings.Select(reading => new
            {
                topic = reading.Queue.Topic,
                cluster = reading.Queue.Cluster,
                messages = reading.Messages,
                bytes = reading.Bytes,
                oldestAgeSeconds = reading.OldestUnixMs == 0 ? 0 : Math.Max(0, now - reading.OldestUnixMs) / 1000.0,
                waiting = reading.Waiting,
                spooled = reading.Spooled,
                recovered = reading.Recovered,
                delivered = reading.Delivered,
                dropped = reading.Dropped.Values.Sum(),
                refused = reading.Refused,
                possibleDuplicates = reading.PossibleDuplicates,
            }),
        });
    });
}
