using Ddmq.Config;
using Ddmq.TestKit.Proxy;
using Xunit;

namespace Ddmq.FunctionalTests.RealClients;

/// <summary>
/// What a client of any language must find; a class per language has the tests, since each needs other packages. The
/// proxy runs in this process, the client in its own, and what it says it sent is read back with <c>ddmq tail</c>.
/// </summary>
public abstract class RealClientTests(RealClient client)
{
    private const string Topic = "real_client-1";

    private protected async Task CheckCallsAsync(string protocol)
    {
        await using TestProxy proxy = await TestProxy.StartAsync();

        IReadOnlyList<SentMessage> sent = client.Run(proxy.Thrift, protocol, Topic, "calls");

        Assert.All(sent, message => Assert.Equal((0, "OK"), (message.Code, message.Msg)));
        Assert.Equal([("sendAsync", 5), ("sendBatchSync", 20), ("sendSync", 6)], CountByMethod(sent));
        AssertDemanding(sent);
        AssertStored(proxy, sent);
    }

    private protected async Task CheckPipelinedAsync(string protocol, string transport)
    {
        await using TestProxy proxy = await TestProxy.StartAsync(
            options => options.Ddmq.Thrift.Transport = Enum.Parse<ThriftTransport>(transport, ignoreCase: true));

        IReadOnlyList<SentMessage> sent = client.Run(proxy.Thrift, protocol, Topic, "pipelined");

        // Had replies been out of order, the delay call's would have been read as another's: each method has its own.
        Assert.Equal([("sendAsync", 25), ("sendBatchSync", 25), ("sendDelaySync", 25), ("sendSync", 125)], CountByMethod(sent));
        Assert.All(sent, message => Assert.Equal(message.Method == "sendDelaySync" ? 18 : 0, message.Code));
        AssertStored(proxy, sent);
    }

    private protected async Task CheckConnectionsAsync(string protocol)
    {
        await using TestProxy proxy = await TestProxy.StartAsync();

        IReadOnlyList<SentMessage> sent = client.Run(proxy.Thrift, protocol, Topic, "connections");

        Assert.All(sent, message => Assert.Equal(0, message.Code));
        Assert.Equal(
            Enumerable.Range(0, 8).Select(connection => (connection, 25)),
            sent.CountBy(message => message.Connection).Select(pair => (pair.Key, pair.Value)).Order());
        AssertStored(proxy, sent);
    }

    private protected async Task CheckRefusedAsync(string protocol)
    {
        await using TestProxy proxy = await TestProxy.StartAsync();

        IReadOnlyList<SentMessage> sent = client.Run(proxy.Thrift, protocol, Topic, "refused");

        Assert.Equal(["sendDelaySync", "sendNotifySync", "sendSync", "sendSync"], sent.Select(message => message.Method));
        Assert.Equal((18, "FAILED: Topic is not delay", ""), (sent[0].Code, sent[0].Msg, sent[0].UniqDelayMsgId));
        Assert.Equal((1, "Invalid method name: 'sendNotifySync'"), (sent[1].ExceptionType, sent[1].Msg));
        Assert.Equal(11, sent[2].Code);
        Assert.StartsWith("FAILED: Message is too large or illegal or the length is 0", sent[2].Msg, StringComparison.Ordinal);
        Assert.Equal(0, sent[3].Code);
        AssertStored(proxy, sent);
    }

    /// <summary>That the client did send what could go wrong: every byte, a lone zero, a large body, texts that are not ASCII.</summary>
    internal static void AssertDemanding(IReadOnlyList<SentMessage> sent)
    {
        Assert.Contains(sent, message => message.Body.SequenceEqual(Enumerable.Range(0, 256).Select(value => (byte)value)));
        Assert.Contains(sent, message => message.Body is [0]);
        Assert.Contains(sent, message => message.Body.Length == 1024 * 1024);
        Assert.Contains(sent, message => message.Key?.Contains("ключ-鍵-🔑", StringComparison.Ordinal) == true);
        Assert.Contains(sent, message => message.Tags?.Contains("ярлык", StringComparison.Ordinal) == true);
        Assert.Contains(sent, message => message.Properties?.GetValueOrDefault("имя") == "значение 値");
    }

    private static void AssertStored(TestProxy proxy, IReadOnlyList<SentMessage> sent) => StoredExpectation.AssertHolds(
        sent, CommandLineTail.Read(proxy.Admin.BaseAddress!, Topic), new StoreOptions().DefaultPartitions);

    private static IEnumerable<(string Method, int Count)> CountByMethod(IReadOnlyList<SentMessage> sent) =>
        sent.CountBy(message => message.Method).Select(pair => (pair.Key, pair.Value)).Order();
}
