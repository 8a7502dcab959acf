using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ddmq.FunctionalTests.Cli;

/// <summary>An HTTP server that answers every request as the test says, in place of a proxy's admin API.</summary>
internal sealed class ScriptedAdmin : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedAdmin(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public static async Task<ScriptedAdmin> StartAsync(RequestDelegate answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        WebApplication app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new ScriptedAdmin(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
