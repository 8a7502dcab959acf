using Ddmq.Config;
using Ddmq.TestKit.Proxy;
using Xunit;

namespace Ddmq.FunctionalTests.Thrift;

/// <summary>Alone in the process: the descriptors of ten thousand connections and their memory are what is looked at.</summary>
[Collection(AloneCollection.Name)]
public sealed class SilentConnectionsTests
{
    [Theory]
    [InlineData("Epoll", 2_000)]
    [InlineData("Kestrel", 20_000)]
    public async Task Connections_TenThousandThatSayNothing_CostNobodyAnything(string transport, long mostBytesEach)
    {
        const int Count = 10_000;
        await using TestProxy proxy = await TestProxy.StartAsync(options => options.Ddmq.Thrift.Transport = Enum.Parse<ThriftTransport>(transport));
        await using RawClient bystander = await RawClient.ConnectAsync(proxy.Thrift);
        await IsServedAsync(bystander);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        using (await SilentConnections.OpenAsync(proxy.Thrift.Port, Count))
        {
            await OpenAreAsync(proxy, Count + 1);
            await IsServedAsync(bystander);
            long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Count;
            Assert.True(each < mostBytesEach, $"{each} bytes for each silent connection");
        }

        await OpenAreAsync(proxy, 1);
        await IsServedAsync(bystander);
    }

    [Fact]
    public async Task Connections_OverTheBound_AreClosedAndTheOthersGoOn()
    {
        await using TestProxy proxy = await TestProxy.StartAsync(options => options.Ddmq.Thrift.MaxConnections = 2);
        await using RawClient first = await RawClient.ConnectAsync(proxy.Thrift);
        await IsServedAsync(first);
        await using RawClient second = await RawClient.ConnectAsync(proxy.Thrift);
        await IsServedAsync(second);

        await using RawClient third = await RawClient.ConnectAsync(proxy.Thrift);

        Assert.True(await third.IsClosedByPeerAsync());
        await IsServedAsync(first);
        Assert.Equal(1, (await proxy.MetricsAsync())["ddmq_connections_closed_total{reason=\"TooManyConnections\"}"]);
    }

    private static async Task IsServedAsync(RawClient client)
    {
        await client.SendAsync(RawClient.SendSync("bystander", sequenceId: 7));

        Assert.Equal((7, 0, "OK"), await client.ReceiveResultAsync());
    }

    private static async Task OpenAreAsync(TestProxy proxy, int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await proxy.MetricsAsync())["ddmq_connections_open"] != count)
        {
            // Accepting and closing go on after the client has seen its side done.
            await Task.Delay(20, patience.Token);
        }
    }
}
