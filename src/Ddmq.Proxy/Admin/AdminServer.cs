using System.Net;
using System.Net.Sockets;
using Ddmq.Config;
using Ddmq.Proxy.Admin.Top;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ddmq.Proxy.Admin;

/// <summary>
/// Health, metrics and the JSON API over HTTP, for the operator's machine: on loopback unless configured otherwise.
/// To add an endpoint: a class beside these with a <c>Map</c> method, and its line in <see cref="StartAsync"/>.
/// </summary>
internal sealed class AdminServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private AdminServer(WebApplication app, IPEndPoint localEndPoint)
    {
        _app = app;
        LocalEndPoint = localEndPoint;
    }

    /// <summary>The address listened on, with the port that a 0 became.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Starts listening.</summary>
    /// <exception cref="StartupException">The address cannot be had.</exception>
    public static async Task<AdminServer> StartAsync(AdminOptions options, ProxyStatus status, ILoggerFactory loggers)
    {
        var endPoint = new IPEndPoint(IPAddress.Parse(options.BindAddress), options.Port);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();

        // A stop does not wait for those who follow a topic.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(endPoint, listener => listener.Protocols = HttpProtocols.Http1);
        });

        WebApplication app = builder.Build();
        HealthEndpoints.Map(app, status);
        MetricsEndpoint.Map(app, status);
        StatusEndpoint.Map(app, status);
        TopicEndpoints.Map(app, status);
        SpoolEndpoint.Map(app, status);
        ConfigurationEndpoints.Map(app, status);
        TopEndpoint.Map(app, status);
        ExplainEndpoint.Map(app, status);
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw new StartupException(
                $"cannot listen on {endPoint} (ddmq.admin.port): {exception.GetBaseException().Message}; "
                + "choose another port in carrera.yaml or with DDMQ_ADMIN_PORT",
                exception);
        }

        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new AdminServer(app, new IPEndPoint(endPoint.Address, new Uri(address).Port));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }
}
