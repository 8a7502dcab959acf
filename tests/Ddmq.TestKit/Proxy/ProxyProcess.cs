using System.Diagnostics;
using System.Globalization;
using Ddmq.TestKit.Network;
using Ddmq.TestKit.Processes;

namespace Ddmq.TestKit.Proxy;

/// <summary>
/// The real proxy in a process of its own, to be killed and started again on the same folder and ports. Disposing kills it and removes the
/// folder. For one test at a time.
/// </summary>
internal sealed class ProxyProcess : IAsyncDisposable
{
    private const int PortCount = 2;

    private readonly ScratchFolder _home = new();
    private readonly PortBlock _ports = PortBlock.Take(PortCount);
    private readonly HttpClient _admin;
    private readonly ServerProcess _process;

    /// <summary>Starts nothing yet.</summary>
    /// <param name="configuration">The YAML file's text but for ports and addresses; sections of <c>ddmq</c> come indented by two blanks.</param>
    /// <param name="ddmq">Further lines of the section <c>ddmq</c>.</param>
    public ProxyProcess(string configuration, string ddmq)
    {
        _home.Write(
            "config/carrera.yaml",
            string.Create(CultureInfo.InvariantCulture, $"""
                port: {ThriftPort}
                {configuration}
                ddmq:
                  thrift:
                    bindAddress: 127.0.0.1
                  admin:
                    port: {_ports.First + 1}
                {ddmq}
                """));
        _admin = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_ports.First + 1}"), Timeout = TimeSpan.FromSeconds(5) };
        _process = new ServerProcess("the proxy", Describe, ServesAsync);
    }

    /// <summary>Where the Thrift service listens, on the loopback address.</summary>
    public int ThriftPort => _ports.First;

    /// <summary>Its data and logs.</summary>
    public string Home => _home.Path;

    /// <summary>CPU it has used since it was started last, user and system.</summary>
    public TimeSpan CpuTime => _process.CpuTime;

    /// <summary>Starts it and waits until it is ready.</summary>
    public Task StartAsync() => _process.StartAsync();

    /// <summary>Ends it as a crash would, and waits.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Every sample of /metrics, by name and labels as they are written.</summary>
    public async Task<Dictionary<string, double>> MetricsAsync()
    {
        string text = await _admin.GetStringAsync("/metrics");
        return text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').ToDictionary(
            line => line[..line.LastIndexOf(' ')],
            line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _admin.Dispose();
        _ports.Dispose();
        _home.Dispose();
    }

    private async Task<bool> ServesAsync()
    {
        try
        {
            using HttpResponseMessage response = await _admin.GetAsync("/readyz");
            return response.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private ProcessStartInfo Describe()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet")
        {
            WorkingDirectory = Home,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "ddmq-proxy.dll"));
        start.ArgumentList.Add(_home["config/carrera.yaml"]);
        start.Environment["DDMQ_HOME"] = Home;
        return start;
    }
}
