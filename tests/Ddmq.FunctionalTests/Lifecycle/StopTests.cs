using System.Net;
using System.Net.Sockets;
using Ddmq.Config;
using Ddmq.Core.Messages;
using Ddmq.TestKit.Proxy;
using Xunit;

namespace Ddmq.FunctionalTests.Lifecycle;

/// <summary>An orderly stop: what is in flight is answered, what comes later is told 20, and then it is over.</summary>
public sealed class StopTests
{
    [Theory]
    [InlineData("Epoll")]
    [InlineData("Kestrel")]
    public async Task StopAsync_CallsInFlight_AreAnsweredAndLaterOnesGet20(string transport)
    {
        var store = new HeldStore();
        await using TestProxy proxy = await TestProxy.StartAsync(options => options.Ddmq.Thrift.Transport = Enum.Parse<ThriftTransport>(transport), store);
        await using RawClient first = await RawClient.ConnectAsync(proxy.Thrift);
        await using RawClient second = await RawClient.ConnectAsync(proxy.Thrift);
        await first.SendAsync(RawClient.SendSync("t", sequenceId: 1));
        await store.HeldAsync(1);

        Task stopping = proxy.Host.StopAsync();
        await second.SendAsync(RawClient.SendSync("t", sequenceId: 2));
        Assert.Equal((2, 20, "FAILED: Server is shutting down."), await second.ReceiveResultAsync());
        Assert.False(stopping.IsCompleted);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await proxy.Admin.GetAsync("/readyz")).StatusCode);

        store.ReleaseAll(SendResult.Ok());
        Assert.Equal((1, 0, "OK"), await first.ReceiveResultAsync());
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(await first.IsClosedByPeerAsync());
        Assert.True(await second.IsClosedByPeerAsync());
    }

    [Fact]
    public async Task StopAsync_Listener_TakesNoMoreConnections()
    {
        var store = new HeldStore();
        await using TestProxy proxy = await TestProxy.StartAsync(store: store);
        await using RawClient client = await RawClient.ConnectAsync(proxy.Thrift);
        await client.SendAsync(RawClient.SendSync("t"));
        await store.HeldAsync(1);

        Task stopping = proxy.Host.StopAsync();
        await client.SendAsync(RawClient.SendSync("t", sequenceId: 2)); // answered after the first; by then the listener is closed
        store.ReleaseAll(SendResult.Ok());
        await client.ReceiveResultAsync();
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));

        await Assert.ThrowsAsync<SocketException>(() => RawClient.ConnectAsync(proxy.Thrift));
    }

    [Fact]
    public async Task StopAsync_StoreNeverAnswers_EndsAtTheDeadline()
    {
        var store = new HeldStore();
        await using TestProxy proxy = await TestProxy.StartAsync(options => options.Ddmq.Stop.DrainTimeoutMs = 200, store);
        await using RawClient client = await RawClient.ConnectAsync(proxy.Thrift);
        await client.SendAsync(RawClient.SendSync("t"));
        await store.HeldAsync(1);

        await proxy.Host.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.True(await client.IsClosedByPeerAsync());
        Assert.Contains(proxy.Log.Lines, line => line.Text.Contains("drainTimeoutMs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StopAsync_RealStoreUnderLoad_EveryOkIsThereAfterwards()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        await using RawClient client = await RawClient.ConnectAsync(proxy.Thrift);
        const int Count = 2000;
        Task sending = client.SendAsync([.. Enumerable.Range(1, Count).SelectMany(i => RawClient.SendSync("t", $"{i}", i))]);
        var codes = new Dictionary<int, int>();
        Task? stopping = null;
        try
        {
            while (codes.Count < Count)
            {
                (int sequenceId, int code, _) = await client.ReceiveResultAsync();
                codes.Add(sequenceId, code);
                stopping ??= proxy.Host.StopAsync();
            }
        }
        catch (IOException)
        {
            // Calls that the proxy had not read yet when it closed the connection.
        }

        await stopping!.WaitAsync(TimeSpan.FromSeconds(20));
        await sending.ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.All(codes.Values, code => Assert.True(code is 0 or 20, $"code {code}"));
        Assert.Equal(Enumerable.Range(1, codes.Count), codes.Keys.Order());

        // Whoever was told 0 before is found by a proxy started on the same folder; those told 20 are not there.
        string[] stored = await proxy.ReopenAndReadBodiesAsync("t");
        Assert.Equal(codes.Where(pair => pair.Value == 0).Select(pair => $"{pair.Key}").Order(), stored.Order());
    }

    [Fact]
    public async Task StartAsync_PortInUse_IsOneClearLine()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();

        foreach (string transport in new[] { "Epoll", "Kestrel" })
        {
            var exception = await Assert.ThrowsAsync<Ddmq.Proxy.StartupException>(() => TestProxy.StartAsync(options =>
            {
                options.Ddmq.Thrift.Transport = Enum.Parse<ThriftTransport>(transport);
                options.Port = proxy.Thrift.Port;
            }));
            Assert.Contains($"127.0.0.1:{proxy.Thrift.Port}", exception.Message);
            Assert.DoesNotContain('\n', exception.Message);
        }

        var admin = await Assert.ThrowsAsync<Ddmq.Proxy.StartupException>(() => TestProxy.StartAsync(options =>
            options.Ddmq.Admin.Port = proxy.Host.AdminEndPoint!.Port));
        Assert.Contains("ddmq.admin.port", admin.Message);
    }
}
