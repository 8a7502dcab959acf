using System.Net;
using Ddmq.Thrift.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ddmq.Proxy.Thrift;

/// <summary>A Thrift server whose sockets are Kestrel's. It goes on accepting until it is stopped; then calls are answered 20.</summary>
internal sealed class KestrelThriftServer : IThriftServer
{
    private readonly WebApplication _app;

    private KestrelThriftServer(WebApplication app, IPEndPoint localEndPoint)
    {
        _app = app;
        LocalEndPoint = localEndPoint;
    }

    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Binds, listens and starts. Throws <see cref="IOException"/> when the address cannot be had.</summary>
    public static async Task<KestrelThriftServer> StartAsync(IPEndPoint endPoint, ThriftDispatcher dispatcher, ILoggerFactory loggers)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().UseSockets(sockets => sockets.Backlog = dispatcher.Options.Backlog);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxConcurrentConnections = null; // ours says why, in the log and in the metrics
            kestrel.Listen(endPoint, listener => listener.Run(context => KestrelConnection.RunAsync(context, dispatcher)));
        });
        WebApplication app = builder.Build();
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new KestrelThriftServer(app, new IPEndPoint(endPoint.Address, new Uri(address).Port));
    }

    public void StopListening()
    {
        // Kestrel stops listening and serving together, in StopAsync.
    }

    public async Task<bool> StopAsync(TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout);
        await _app.StopAsync(deadline.Token).ConfigureAwait(false);
        return !deadline.IsCancellationRequested;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
