using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Ddmq.Proxy.Admin.Top;

/// <summary>
/// <c>/api/top</c>: what happens now, for <c>ddmq top</c>. The counters are read, and once more after the interval: the answer takes that long, and
/// nothing is kept between two of them. The queries are those of <see cref="TopQuery"/>.
/// </summary>
internal static class TopEndpoint
{
    // Each holds a copy of all topics' counters for as long as it waits.
    private const int MostAtOnce = 8;

    public static void Map(WebApplication app, ProxyStatus status)
    {
        int waiting = 0;
        app.MapGet("/api/top", async context =>
        {
            if (TopQuery.Parse(context.Request.Query, out string? error) is not { } query)
            {
                await RefuseAsync(context, StatusCodes.Status400BadRequest, error!);
                return;
            }

            try
            {
                if (Interlocked.Increment(ref waiting) > MostAtOnce)
                {
                    await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, $"{MostAtOnce} others look at /api/top at the moment");
                    return;
                }

                TopSample before = TopSample.Take(status);
                await Task.Delay(query.Interval, TimeProvider.System, context.RequestAborted);
                await context.Response.WriteAsJsonAsync(TopReport.Make(status, query, before, TopSample.Take(status)));
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                // Whoever asked has gone.
            }
            finally
            {
                Interlocked.Decrement(ref waiting);
            }
        });
    }

    private static Task RefuseAsync(HttpContext context, int code, string error)
    {
        context.Response.StatusCode = code;
        return context.Response.WriteAsJsonAsync(new { error });
    }
}
