using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;
using Xunit;

namespace Ddmq.FunctionalTests.Cli;

public sealed class SendCommandTests
{
    [Fact]
    public async Task Send_EveryOption_ReachesTheProxy()
    {
        SendSyncArgs? received = null;
        await using var proxy = new ScriptedProxy((call, _) =>
        {
            received = ScriptedProxy.Arguments(call);
            call.Detach();
            return (0, "OK");
        });

        CliRun run = await CliRun.RunAsync(
        [
            "send", "orders", "@a body", "--key", "k", "--tag", "red", "--tag", "blue", "--partition", "3",
            "--property", "a=1", "--property", "b=x=y", "--timeout", "77", "--proxy", proxy.Address,
        ]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Message message = received!.Message!;
        Assert.Equal(77, received.Timeout);
        Assert.Equal(("orders", "k", "red||blue", "@a body"),
            (message.Topic.ToText(), message.Key.ToText(), message.Tags.ToText(), message.Body.ToText()));
        Assert.Equal(3, message.PartitionId);
        Assert.Equal(["a=1", "b=x=y"], Enumerable.Range(0, message.Properties!.Count)
            .Select(i => $"{message.Properties[i].Key.ToText()}={message.Properties[i].Value.ToText()}"));
        Assert.StartsWith("1 of 1 message stored in orders", run.Out);
    }

    [Theory]
    [InlineData("sendSync", "compact")]
    [InlineData("sendSync", "binary")]
    [InlineData("sendAsync", "compact")]
    public async Task Send_MethodAndProtocol_AreTheOnesAskedFor(string method, string protocol)
    {
        string? received = null;
        await using var proxy = new ScriptedProxy((call, _) =>
        {
            received = $"{Encoding.UTF8.GetString(call.MethodName.Span)} {call.Protocol}".ToLowerInvariant();
            return (0, "OK");
        });
        string[] isAsync = method == "sendAsync" ? ["--async"] : [];

        CliRun run = await CliRun.RunAsync(["send", "t", "b", "--protocol", protocol, "--proxy", proxy.Address, .. isAsync]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal($"{method} {protocol}".ToLowerInvariant(), received);
    }

    [Fact]
    public async Task Send_LinesOfStandardInput_AreSentByteForByteInOrder()
    {
        var bodies = new List<string>();
        await using var proxy = Recording(bodies);

        CliRun run = await CliRun.RunAsync(
            ["send", "t", "--proxy", proxy.Address], input: [.. "first\n\n"u8, 0xff, 0, (byte)'\r', (byte)'\n', .. "last"u8]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal([Hex("first"u8), "FF000D", Hex("last"u8)], bodies);
    }

    [Fact]
    public async Task Send_ManyLinesOfAFile_StayInOrderThroughThePipeline()
    {
        var bodies = new List<string>();
        await using var proxy = Recording(bodies);
        using var folder = new TestKit.ScratchFolder();
        string[] lines = [.. Enumerable.Range(0, 5000).Select(i => $"line {i}")];
        string file = folder.Write("bodies.txt", string.Join('\n', lines));

        CliRun run = await CliRun.RunAsync(["send", "t", "--file", file, "--pipeline", "17", "--proxy", proxy.Address]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(lines.Select(line => Hex(Encoding.UTF8.GetBytes(line))), bodies);
    }

    [Fact]
    public async Task Send_SomeRefused_GoesOnAndSaysWhichAndWhy()
    {
        await using var proxy = new ScriptedProxy((_, number) => number % 3 == 0 ? (15, "FAILED: limit\u001b[2J") : (0, "OK"));

        CliRun run = await CliRun.RunAsync(["send", "t", "b", "--count", "10", "--json", "--proxy", proxy.Address]);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            [3, 6, 9],
            run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line.Split(' ', ':')[1])));
        Assert.Contains("message 3: code 15 FAIL_REFUSED_BY_RATE_LIMITER: FAILED: limit\\u{1b}[2J", run.Error);
        using JsonDocument json = JsonDocument.Parse(run.Out);
        Assert.Equal((10, 7, 3), (Number(json, "sent"), Number(json, "ok"), Number(json, "failed")));
        Assert.True(json.RootElement.GetProperty("complete").GetBoolean());
    }

    [Fact]
    public async Task Send_ProxyWithoutTheMethod_SaysWhatItAnswered()
    {
        await using var proxy = new ScriptedProxy((call, _) =>
        {
            call.ReplyUnknownMethod();
            return null;
        });

        CliRun run = await CliRun.RunAsync(["send", "t", "b", "--proxy", proxy.Address]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Invalid method name: 'sendSync'", run.Error);
    }

    [Fact]
    public async Task Send_ConnectionLostOnTheWay_StopsAndSaysThatNotAllWereSent()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task server = Task.Run(async () =>
        {
            using Socket connection = await listener.AcceptSocketAsync();
            await connection.ReceiveAsync(new byte[10]);
        });

        CliRun run = await CliRun.RunAsync(
            ["send", "t", "b", "--count", "100000", "--proxy", listener.LocalEndpoint.ToString()!]);

        await server;
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("message 1: no result: ", run.Error);
        Assert.Contains("0 of ", run.Out);
        Assert.Contains("stopped before all were sent", run.Out);
    }

    [Fact]
    public async Task Send_NobodyListens_ExitsWith3AndSaysHowToStartAProxy()
    {
        CliRun run = await CliRun.RunAsync(
            ["send", "t", "b"], variables: new Dictionary<string, string> { ["DDMQ_PROXY"] = $"127.0.0.1:{FreePort()}" });

        Assert.Equal(3, run.ExitCode);
        Assert.Equal("", run.Out);
        Assert.Matches(@"^ddmq: cannot connect to a proxy at 127\.0\.0\.1:\d+: .*control\.sh start.*--proxy HOST:PORT.*\n$", run.Error);
    }

    [Theory]
    [InlineData("no body", "send", "t")]
    [InlineData("--file", "send", "t", "b", "--file", "-")]
    [InlineData("--count", "send", "t", "--count", "3", "--file", "-")]
    [InlineData("--count 0", "send", "t", "b", "--count", "0")]
    [InlineData("--pipeline 0", "send", "t", "b", "--pipeline", "0")]
    [InlineData("NAME=VALUE", "send", "t", "b", "--property", "=x")]
    [InlineData("--key and --no-key", "send", "t", "b", "--key", "k", "--no-key")]
    [InlineData("--partition and --hash-id", "send", "t", "b", "--partition", "1", "--hash-id", "1")]
    [InlineData("compact nor binary", "send", "t", "b", "--protocol", "json")]
    [InlineData("--partition", "send", "t", "b", "--partition", "one")]
    [InlineData("cannot read --file", "send", "t", "--file", "/nowhere/at/all")]
    [InlineData("HOST:PORT", "send", "t", "b", "--proxy", "host:port")]
    public async Task Send_WrongArguments_ExitWith2AndOneLine(string expected, params string[] arguments)
    {
        CliRun run = await CliRun.RunAsync(arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
        Assert.Equal("", run.Out);
    }

    [Fact]
    public async Task Send_Interrupted_WaitsForWhatIsInFlightAndExitsWith130()
    {
        using var interrupt = new CancellationTokenSource();
        await using var proxy = new ScriptedProxy((_, number) =>
        {
            if (number == 5)
            {
                interrupt.Cancel();
            }

            return (0, "OK");
        });

        CliRun run = await CliRun.RunAsync(
            ["send", "t", "b", "--count", "100000000", "--proxy", proxy.Address], cancellationToken: interrupt.Token);

        Assert.Equal(130, run.ExitCode);
        Assert.Contains($"{proxy.Calls:N0} of {proxy.Calls:N0} messages stored", run.Out);
    }

    internal static int FreePort()
    {
        // Nobody listens on a port that has just been given back.
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static ScriptedProxy Recording(List<string> bodies) => new((call, _) =>
    {
        bodies.Add(Hex(ScriptedProxy.Arguments(call).Message!.Body.GetValueOrDefault().Span));
        return (0, "OK");
    });

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);

    private static long Number(JsonDocument json, string name) => json.RootElement.GetProperty(name).GetInt64();
}
