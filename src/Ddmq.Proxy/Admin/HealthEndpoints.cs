using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Ddmq.Proxy.Admin;

/// <summary>
/// <c>/healthz</c>: the process answers. <c>/readyz</c>: messages are taken; otherwise 503 and the reason in one line. What is not as it
/// should be although messages are taken follows, a line each.
/// </summary>
internal static class HealthEndpoints
{
    public static void Map(WebApplication app, ProxyStatus status)
    {
        app.MapGet("/healthz", static context => context.Response.WriteAsync("ok\n"));
        app.MapGet("/readyz", async context =>
        {
            string? reason = status.NotReady;
            context.Response.StatusCode = reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsync($"{string.Join('\n', [reason ?? "ok", .. status.Degradations])}\n");
        });
    }
}
