using System.Net;
using System.Net.Sockets;
using Ddmq.Storage.RocketMq;
using Ddmq.Storage.RocketMq.Brokers;
using Ddmq.Storage.RocketMq.Remoting;
using Ddmq.Storage.RocketMq.Sending;
using Ddmq.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>A process that may not have one more thread loses a connection by it, and makes a new one when it may.</summary>
public sealed class WithoutThreadsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ManualTimeProvider _time = new();
    private readonly TcpListener _broker = new(IPAddress.Loopback, 0);
    private string _refused = "";

    public WithoutThreadsTests() => _broker.Start();

    [Fact]
    public async Task ConnectAsync_NoThread_FailsAndSucceedsLater()
    {
        _refused = "rocketmq 127";
        BrokerClient client = Client();
        var waiting = new RemotingCall(RequestCode.Heartbeat, []);
        client.Send(waiting);

        Assert.False(await client.ConnectAsync().WaitAsync(Patience));
        Assert.Contains("could not start a thread", (await waiting.Completion.WaitAsync(Patience)).Text, StringComparison.Ordinal);
        _refused = "";
        _time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.True(await client.ConnectAsync().WaitAsync(Patience));
        await client.CloseAsync();
    }

    [Fact]
    public async Task Send_SocketFullAndNoThreadToWriteTheRest_EndsTheConnectionAndTheCall()
    {
        _refused = "rocketmq writer";
        BrokerClient client = Client();
        Assert.True(await client.ConnectAsync().WaitAsync(Patience));
        using Socket silent = await _broker.AcceptSocketAsync();
        var large = new RemotingCall(RequestCode.Heartbeat, new byte[12 * 1024 * 1024]);

        client.Send(large);

        await large.Completion.WaitAsync(Patience);
        await client.CloseAsync();
        Assert.Contains("could not start a thread", client.LastFailure, StringComparison.Ordinal);
    }

    public void Dispose() => _broker.Dispose();

    private BrokerClient Client()
    {
        var options = new ConnectionOptions();
        return new BrokerClient(
            "broker-a",
            new RemotingAddress("127.0.0.1", ((IPEndPoint)_broker.LocalEndpoint).Port),
            new SendContext(new RocketMqStoreOptions(), "group", _time, NullLogger.Instance, () => { }),
            options with
            {
                StartThread = (name, run) =>
                {
                    if (_refused.Length > 0 && name.StartsWith(_refused, StringComparison.Ordinal))
                    {
                        throw new OutOfMemoryException("no thread");
                    }

                    options.StartThread(name, run);
                },
            },
            () => { });
    }
}
