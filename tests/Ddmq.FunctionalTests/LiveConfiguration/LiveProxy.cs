using System.Collections.Concurrent;
using System.Text;
using Ddmq.Config;
using Ddmq.Core.Messages;
using Ddmq.FunctionalTests.Config.ZooKeeper;
using Ddmq.Proxy;
using Ddmq.TestKit;
using Ddmq.TestKit.Proxy;
using Ddmq.TestKit.Storage;
using Ddmq.TestKit.ZooKeeper;
using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;
using Xunit;

namespace Ddmq.FunctionalTests.LiveConfiguration;

/// <summary>A proxy configured from ZooKeeper, whose broker clusters are in memory. Its home folder survives a restart.</summary>
internal sealed class LiveProxy : IAsyncDisposable
{
    private readonly ScratchFolder _home = new();
    private readonly CancellationTokenSource _givingUp = new();
    private readonly CarreraOptions _options = new() { Port = 0, Host = "127.0.0.1" };
    private Task<ProxyHost>? _starting;

    private LiveProxy(string zooKeeper, Action<CarreraOptions>? configure)
    {
        _options.ZookeeperAddr = zooKeeper;
        _options.Ddmq.Thrift.BindAddress = "127.0.0.1";
        _options.Ddmq.Admin.Port = ZooKeeperServer.FreePort();
        _options.Ddmq.Zookeeper.SessionTimeoutMs = 1000;
        _options.Ddmq.Zookeeper.StartWaitMs = 1000;
        configure?.Invoke(_options);
        Admin = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_options.Ddmq.Admin.Port}") };
    }

    public CapturedLog Log { get; } = new();

    public HttpClient Admin { get; }

    /// <summary>Every client made, by cluster; the newest last.</summary>
    public ConcurrentDictionary<string, ConcurrentQueue<MemoryStore>> Clients { get; } = new();

    /// <summary>Begins to start one; it may have to wait for its configuration.</summary>
    public static LiveProxy Begin(string zooKeeper, Action<CarreraOptions>? configure = null)
    {
        var proxy = new LiveProxy(zooKeeper, configure);
        proxy.BeginAgain();
        return proxy;
    }

    /// <summary>Starts one and waits until it serves.</summary>
    public static async Task<LiveProxy> StartAsync(string zooKeeper, Action<CarreraOptions>? configure = null)
    {
        LiveProxy proxy = Begin(zooKeeper, configure);
        await proxy.ReadyAsync();
        return proxy;
    }

    /// <summary>Starts it again after <see cref="StopAsync"/>, on the same folder.</summary>
    public void BeginAgain() => _starting = ProxyHost.StartAsync(
        _options,
        _home.Path,
        Log,
        new ProxyParts
        {
            EmbeddedStore = new MemoryStore(),
            CreateClient = settings =>
            {
                var client = new MemoryStore();
                Clients.GetOrAdd(settings.Name, _ => []).Enqueue(client);
                return client;
            },
        },
        _givingUp.Token);

    public Task<ProxyHost> ReadyAsync() => _starting!.WaitAsync(Patience.Limit);

    public bool IsReady => _starting!.IsCompletedSuccessfully;

    public async Task StopAsync() => await (await ReadyAsync()).StopAsync();

    public async Task<ProducerClient> ConnectAsync() =>
        await ProducerClient.ConnectAsync("127.0.0.1", (await ReadyAsync()).ThriftEndPoint.Port);

    /// <summary>Sends one message over a connection of its own and gives back its code.</summary>
    public async Task<SendStatus> SendAsync(string topic)
    {
        await using ProducerClient client = await ConnectAsync();
        return await SendAsync(client, topic, "key");
    }

    public static async Task<SendStatus> SendAsync(ProducerClient client, string topic, string key) => (SendStatus)(await client.SendSyncAsync(
        new Message { Topic = Encoding.UTF8.GetBytes(topic), Key = Encoding.UTF8.GetBytes(key), Body = "body"u8.ToArray(), PartitionId = -2 }, 10_000)).Code;

    /// <summary>Sends until the code comes that must come.</summary>
    public async Task AnswersAsync(string topic, SendStatus expected)
    {
        SendStatus last = default;
        await UntilAsync(async () => (last = await SendAsync(topic)) == expected, () => $"topic {topic} is answered {last}, not {expected}");
    }

    /// <summary>The text of <c>/readyz</c> with its code in front.</summary>
    public async Task<string> ReadyzAsync()
    {
        using HttpResponseMessage response = await Admin.GetAsync("/readyz");
        return $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
    }

    /// <summary>Waits until <c>/readyz</c> says that.</summary>
    public async Task SaysAsync(string text)
    {
        string last = "";
        await UntilAsync(
            async () =>
            {
                try
                {
                    return (last = await ReadyzAsync()).Contains(text, StringComparison.Ordinal);
                }
                catch (HttpRequestException exception)
                {
                    last = exception.Message; // not listening yet
                    return false;
                }
            },
            () => $"/readyz does not say '{text}' but '{last}'");
    }

    /// <summary>Waits until a line was logged.</summary>
    public Task LoggedAsync(string text) => UntilAsync(
        () => Task.FromResult(Log.Lines.Any(line => line.Text.Contains(text, StringComparison.Ordinal))), () => $"nothing was logged with '{text}'");

    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> complaint)
    {
        DateTime giveUp = DateTime.UtcNow + Patience.Limit;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < giveUp, complaint());
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _givingUp.CancelAsync();
        try
        {
            await (await _starting!).DisposeAsync();
        }
        catch (OperationCanceledException)
        {
            // It waited for its configuration to the end.
        }

        Admin.Dispose();
        _givingUp.Dispose();
        _home.Dispose();
    }
}
