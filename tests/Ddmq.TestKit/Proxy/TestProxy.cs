using System.Net;
using System.Text;
using System.Text.Json;
using Ddmq.Config;
using Ddmq.Core.Storage;
using Ddmq.Proxy;
using Ddmq.Proxy.LiveConfiguration;
using Ddmq.Thrift.Client;
using Ddmq.Thrift.Protocol;

namespace Ddmq.TestKit.Proxy;

/// <summary>
/// The real proxy in this process: real sockets on free loopback ports, the real store in a folder of its own. One line
/// to start; disposing stops it as SIGTERM would and removes the folder.
/// </summary>
internal sealed class TestProxy : IAsyncDisposable
{
    private readonly ScratchFolder _home;
    private readonly bool _ownsHome;

    private TestProxy(ScratchFolder? home)
    {
        _home = home ?? new ScratchFolder();
        _ownsHome = home is null;
    }

    public ProxyHost Host { get; private set; } = null!;

    public CapturedLog Log { get; } = new();

    public IPEndPoint Thrift => Host.ThriftEndPoint;

    public HttpClient Admin { get; private set; } = null!;

    /// <summary>The folder of its data and logs.</summary>
    public string Home => _home.Path;

    /// <summary>Starts one.</summary>
    /// <param name="configure">Changes its settings.</param>
    /// <param name="store">Takes the embedded store's place.</param>
    /// <param name="createClient">Makes the clients of broker clusters.</param>
    /// <param name="home">A folder that outlives it; null for one of its own.</param>
    public static async Task<TestProxy> StartAsync(
        Action<CarreraOptions>? configure = null,
        IMessageStore? store = null,
        Func<ClusterSettings, IMessageStore>? createClient = null,
        ScratchFolder? home = null)
    {
        var proxy = new TestProxy(home);
        var options = new CarreraOptions { Port = 0 };
        options.Ddmq.Thrift.BindAddress = "127.0.0.1";
        options.Ddmq.Admin.Port = 0;
        configure?.Invoke(options);
        try
        {
            proxy.Host = await ProxyHost.StartAsync(options, proxy._home.Path, proxy.Log, new ProxyParts { EmbeddedStore = store, CreateClient = createClient });
        }
        catch
        {
            proxy.DisposeHome();
            throw;
        }

        proxy.Admin = new HttpClient { BaseAddress = new Uri($"http://{proxy.Host.AdminEndPoint}") };
        return proxy;
    }

    public Task<ProducerClient> ConnectAsync(ThriftProtocol protocol = ThriftProtocol.Compact) =>
        ProducerClient.ConnectAsync("127.0.0.1", Thrift.Port, protocol);

    /// <summary>Every sample of /metrics, by name and labels as they are written.</summary>
    public async Task<Dictionary<string, double>> MetricsAsync()
    {
        string text = await Admin.GetStringAsync("/metrics");
        return text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').ToDictionary(
            line => line[..line.LastIndexOf(' ')],
            line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>After a stop: the bodies a topic has on the disk, as a proxy started on the same folder sees them.</summary>
    public async Task<string[]> ReopenAndReadBodiesAsync(string topic)
    {
        var options = new CarreraOptions { Port = 0 };
        options.Ddmq.Thrift.BindAddress = "127.0.0.1";
        options.Ddmq.Admin.Port = 0;
        await using ProxyHost again = await ProxyHost.StartAsync(options, _home.Path, Log);
        using var admin = new HttpClient { BaseAddress = new Uri($"http://{again.AdminEndPoint}") };
        string lines = await admin.GetStringAsync($"/api/topics/{topic}/messages");
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Encoding.UTF8.GetString(
            JsonDocument.Parse(line).RootElement.GetProperty("bodyBase64").GetBytesFromBase64()))];
    }

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        await Host.DisposeAsync();
        DisposeHome();
    }

    private void DisposeHome()
    {
        if (_ownsHome)
        {
            _home.Dispose();
        }
    }
}
