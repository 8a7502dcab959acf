using System.Net.Sockets;
using System.Text;
using Ddmq.Config;
using Ddmq.TestKit.Proxy;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Xunit;

namespace Ddmq.FunctionalTests.Thrift;

/// <summary>
/// What must not harm the proxy: each case is sent over a real socket, on both socket layers, and ends with a well-behaved
/// client being served as before, its connection opened before the bad one's.
/// </summary>
public abstract class BadInputTests : IAsyncLifetime
{
    private readonly ThriftTransport _transport;
    private TestProxy _proxy = null!;
    private RawClient _bystander = null!;

    private protected BadInputTests(ThriftTransport transport)
    {
        _transport = transport;
    }

    public async Task InitializeAsync()
    {
        _proxy = await TestProxy.StartAsync(options =>
        {
            options.Ddmq.Thrift.Transport = _transport;
            options.Ddmq.Store.MaxMessageSize = 2000;
            options.CarreraConfiguration.Delay.ChronosInnerTopicPrefix = "inner_";
        });
        _bystander = await RawClient.ConnectAsync(_proxy.Thrift);
        await BystanderIsServedAsync();
    }

    public async Task DisposeAsync()
    {
        await _bystander.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    public static TheoryData<string, string> ClosingInputs => new()
    {
        { "00000000", "FrameEmpty" },
        { "FFFFFFFF", "FrameNegative" },
        { "80000000", "FrameNegative" },
        { "7FFFFFFF8221", "FrameTooLarge" },
        { "00FA00018221", "FrameTooLarge" },
        { "8221010873656E6453796E63", "NotFramed" },
        { "800100010000000873656E6453796E63", "NotFramed" },
        { Hex("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "Http" },
        { Hex("POST /send HTTP/1.1\r\n\r\n"), "Http" },
        { "16030100C8010000C40303", "Tls" },
        { "000000050102030405", "UnknownProtocol" },
        { "0000000482220100", "BadVersion" },
        { "0000000880020001000000FF", "BadVersion" },
        { "000000028221", "BadMessageHeader" },
        { "0000000E8001000100FFFFFF73656E645379", "BadMessageHeader" },
    };

    [Theory]
    [MemberData(nameof(ClosingInputs))]
    public async Task Connection_ThatIsNoFramedThrift_IsClosedCountedAndLogged(string hex, string reason)
    {
        await using RawClient bad = await RawClient.ConnectAsync(_proxy.Thrift);

        await bad.SendAsync(Convert.FromHexString(hex));

        Assert.True(await bad.IsClosedByPeerAsync());
        await BystanderIsServedAsync();
        await EventuallyAsync(async () => await ClosedAsync(reason) == 1);
        Assert.Contains(_proxy.Log.Lines, line => line.Text.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Frame_LongerThanWhatFollows_IsCountedAsTruncated()
    {
        await using (RawClient bad = await RawClient.ConnectAsync(_proxy.Thrift))
        {
            await bad.SendAsync(RawClient.SendSync("bad")[..^1]);
            bad.Socket.Shutdown(SocketShutdown.Send);
            Assert.True(await bad.IsClosedByPeerAsync());
        }

        await EventuallyAsync(async () => await ClosedAsync("TruncatedFrame") == 1);
        await BystanderIsServedAsync();
    }

    [Theory]
    [InlineData(true, "ClientClosed")]
    [InlineData(false, "ConnectionError")]
    public async Task Connection_Reset_IsAnErrorOnlyInsideAFrame(bool isIdle, string reason)
    {
        await using (RawClient client = await RawClient.ConnectAsync(_proxy.Thrift))
        {
            await client.SendAsync(RawClient.SendSync("carrera_heartbeat"));
            await client.ReceiveResultAsync();
            if (!isIdle)
            {
                await client.SendAsync(RawClient.SendSync("bad")[..10]);
                await EventuallyAsync(async () => (await _proxy.MetricsAsync())["ddmq_thrift_read_buffer_bytes"] > 0);
            }

            client.Socket.Close(timeout: 0); // with a reset
        }

        await EventuallyAsync(async () => await ClosedAsync(reason) == 1);
        await BystanderIsServedAsync();
    }

    [Fact]
    public async Task Frame_OneByteAtATime_IsServed()
    {
        await using RawClient slow = await RawClient.ConnectAsync(_proxy.Thrift);

        foreach (byte value in RawClient.SendSync("slow", sequenceId: 5))
        {
            await slow.SendAsync([value]);
        }

        Assert.Equal((5, 0, "OK"), await slow.ReceiveResultAsync());
    }

    [Fact]
    public async Task Connection_RandomBytes_HarmNobody()
    {
        var random = new Random(20260101);
        for (int i = 0; i < 200; i++)
        {
            await using RawClient bad = await RawClient.ConnectAsync(_proxy.Thrift);
            byte[] bytes = new byte[random.Next(1, 500)];
            random.NextBytes(bytes);
            try
            {
                await bad.SendAsync(bytes);
                bad.Socket.Shutdown(SocketShutdown.Send);
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                continue; // closed by the proxy before all was sent
            }

            Assert.True(await bad.IsClosedByPeerAsync());
        }

        await BystanderIsServedAsync();
    }

    [Theory]
    [InlineData(ThriftMessageType.Reply)]
    [InlineData(ThriftMessageType.Exception)]
    [InlineData(ThriftMessageType.Oneway)]
    public async Task Message_ThatIsNoCall_IsToldSoAndTheConnectionGoesOn(ThriftMessageType type)
    {
        var arguments = new SendSyncArgs { Message = new Message { Topic = "t"u8.ToArray(), Body = "b"u8.ToArray() } };

        await _bystander.SendAsync(RawClient.Frame("sendSync", 31, ThriftProtocol.Compact, arguments, type));

        (int sequenceId, int code, _) = await _bystander.ReceiveResultAsync();
        Assert.Equal((31, -1000 - (int)ThriftApplicationError.InvalidMessageType), (sequenceId, code));
        await BystanderIsServedAsync();
    }

    [Theory]
    [InlineData("sendNotifySync")]
    [InlineData("sendNotifyAsync")]
    [InlineData("")]
    [InlineData("SENDSYNC")]
    public async Task Call_UnknownMethod_IsAnsweredWithItsName(string method)
    {
        await _bystander.SendAsync(RawClient.Frame(method, 32, ThriftProtocol.Binary, new SendSyncArgs()));

        Assert.Equal(
            (32, -1000 - (int)ThriftApplicationError.UnknownMethod, $"Invalid method name: '{method}'"),
            await _bystander.ReceiveResultAsync());
        await BystanderIsServedAsync();
    }

    public static TheoryData<string, string> UndecodableArguments => new()
    {
        { "list that claims 2^31 elements", "19FCFFFFFFFF0F" },
        { "string longer than the frame", "1C18FFFF03" },
        { "negative string length", "1C18FFFFFFFF0F" },
        { "map that claims more than there is", "1C9BFFFFFF7F88" },
        { "unknown type number", "1D00" },
        { "cut struct", "1C1803616263" },
        { "nesting without end", string.Concat(Enumerable.Repeat("1C", 4000)) },
        { "varint without end", "26" + string.Concat(Enumerable.Repeat("FF", 30)) },
    };

    [Theory]
    [MemberData(nameof(UndecodableArguments))]
    public async Task Call_UndecodableArguments_IsAnsweredProtocolErrorAndTheConnectionGoesOn(string what, string hex)
    {
        foreach (string method in new[] { "sendSync", "sendAsync", "sendBatchSync", "sendDelaySync" })
        {
            byte[] message =
            [
                0x82, 0x21, 33, (byte)method.Length, .. Encoding.UTF8.GetBytes(method),
                .. Convert.FromHexString(hex),
            ];

            await _bystander.SendAsync([0, 0, (byte)(message.Length >> 8), (byte)message.Length, .. message]);

            (int sequenceId, int code, string text) = await _bystander.ReceiveResultAsync();
            Assert.True(
                sequenceId == 33 && code == -1000 - (int)ThriftApplicationError.ProtocolError && text.Length > 0,
                $"{method}, {what}: {sequenceId} {code} {text}");
        }

        await BystanderIsServedAsync();
    }

    [Fact]
    public async Task Call_ArgumentsOfTheWrongType_AreSkippedAndTheMessageIsIllegal()
    {
        // Field 1 is an i32 where the message belongs; what is left is a call without a message.
        await _bystander.SendAsync([0, 0, 0, 15, 0x82, 0x21, 34, 8, .. "sendSync"u8, 0x15, 0x02, 0x00]);

        (int sequenceId, int code, string text) = await _bystander.ReceiveResultAsync();
        Assert.Equal((34, 11), (sequenceId, code));
        Assert.Contains("topic", text);
    }

    public static TheoryData<string> IllegalMessages => [.. MessageCases.Illegal.Keys];

    [Theory]
    [MemberData(nameof(IllegalMessages))]
    public async Task Message_Illegal_IsAnswered11OnEveryPath(string name)
    {
        foreach (ThriftProtocol protocol in Enum.GetValues<ThriftProtocol>())
        {
            Message message = new() { Topic = "orders"u8.ToArray(), Body = "body"u8.ToArray(), PartitionId = -2 };
            MessageCases.Illegal[name](message);
            var batch = new ThriftList<Message>();
            batch.Add(new Message { Topic = "orders"u8.ToArray(), Body = "good"u8.ToArray() });
            batch.Add(message);
            foreach (byte[] frame in new[]
            {
                RawClient.Frame("sendSync", 1, protocol, new SendSyncArgs { Message = message, Timeout = 1000 }),
                RawClient.Frame("sendAsync", 1, protocol, new SendAsyncArgs { Message = message }),
                RawClient.Frame("sendBatchSync", 1, protocol, new SendBatchSyncArgs { Messages = batch }),
            })
            {
                await _bystander.SendAsync(frame);

                (_, int code, string text) = await _bystander.ReceiveResultAsync();
                Assert.True(code == 11, $"{name}: {code} {text}");
                Assert.StartsWith("FAILED: Message is too large or illegal or the length is 0; ", text);
            }
        }

        // Not even the good message of the batches is stored.
        Assert.DoesNotContain("good", await TailAsync("orders"));
        await BystanderIsServedAsync();
    }

    public static TheoryData<string> LegalMessages => [.. MessageCases.Legal.Keys];

    [Theory]
    [MemberData(nameof(LegalMessages))]
    public async Task Message_AtTheEdgeOfTheRules_IsStored(string name)
    {
        await _bystander.SendAsync(RawClient.SendSync("edges", "body", 1, ThriftProtocol.Compact, MessageCases.Legal[name]));

        (_, int code, string text) = await _bystander.ReceiveResultAsync();
        Assert.True(code == 0, $"{name}: {code} {text}");
    }

    [Fact]
    public async Task Client_NeverReadsItsReplies_IsHeldBackAndMemoryStaysBounded()
    {
        await using RawClient bad = await RawClient.ConnectAsync(_proxy.Thrift);
        bad.Socket.ReceiveBufferSize = 4096;
        byte[] frame = RawClient.SendSync("carrera_heartbeat");
        byte[] burst = [.. Enumerable.Repeat(frame, 2000).SelectMany(bytes => bytes)];
        bad.Socket.Blocking = false;

        // Until the proxy takes no more: then both sockets' buffers are full and it is the client that waits.
        long sent = 0;
        int refusedInARow = 0;
        while (refusedInARow < 50)
        {
            // Where the last send ended: a socket that takes a part must not be given a frame's beginning next.
            int taken = bad.Socket.Send(burst.AsSpan((int)(sent % burst.Length)), SocketFlags.None, out SocketError error);
            Assert.True(error is SocketError.Success or SocketError.WouldBlock, $"{error}\n{string.Join("\n", _proxy.Log.Lines)}");
            sent += Math.Max(0, taken);
            refusedInARow = error == SocketError.Success ? 0 : refusedInARow + 1;
            Assert.True(sent < 256L * 1024 * 1024, "the proxy reads without bound from a client that does not read");
            await BystanderIsServedAsync();
        }

        Dictionary<string, double> metrics = await _proxy.MetricsAsync();
        Assert.InRange(metrics["ddmq_thrift_read_buffer_bytes"], 0, 1024 * 1024);
        await BystanderIsServedAsync();
    }

    [Fact]
    public async Task Frames_CapturedAndMutated_NeverSilenceTheProxy()
    {
        const int Seed = 20260105;
        var random = new Random(Seed);
        byte[][] captured =
        [
            RawClient.SendSync("orders"),
            RawClient.SendSync("orders", protocol: ThriftProtocol.Binary),
            RawClient.SendSync("orders", change: message =>
            {
                message.Key = "key"u8.ToArray();
                message.Tags = "a||b"u8.ToArray();
                message.Properties = new ThriftMap();
                message.Properties.Add("traceId"u8.ToArray(), "t"u8.ToArray());
            }),
        ];

        for (int i = 0; i < 3000; i++)
        {
            byte[] frame = [.. captured[random.Next(captured.Length)]];
            for (int mutations = random.Next(1, 4); mutations > 0; mutations--)
            {
                // The length stays true, so that every mutant reaches the decoder and is owed an answer.
                frame[random.Next(4, frame.Length)] = (byte)random.Next(256);
            }

            await using RawClient? own = IsOwnConnectionNeeded(frame) ? await RawClient.ConnectAsync(_proxy.Thrift) : null;
            RawClient client = own ?? _bystander;
            await client.SendAsync(frame);
            byte[]? reply = await client.ReceiveAsync();

            Assert.True(own is not null || reply is not null, $"seed {Seed}, mutant {i}: {Convert.ToHexString(frame)} was not answered");
        }

        await BystanderIsServedAsync();
        Dictionary<string, double> metrics = await _proxy.MetricsAsync();
        Assert.Equal(0, metrics["ddmq_thrift_exceptions_total{reason=\"InternalError\"}"]);
    }

    /// <summary>A damaged message header may end its connection; damaged arguments may not.</summary>
    private static bool IsOwnConnectionNeeded(byte[] frame) =>
        !frame.AsSpan(4).StartsWith((byte[])[0x82, 0x21, 0x01, 0x08]) && !frame.AsSpan(4).StartsWith((byte[])[0x80, 0x01, 0x00, 0x01, 0, 0, 0, 8]);

    private static string Hex(string text) => Convert.ToHexString(Encoding.ASCII.GetBytes(text));

    private async Task BystanderIsServedAsync()
    {
        await _bystander.SendAsync(RawClient.SendSync("bystander", sequenceId: 77));

        Assert.Equal((77, 0, "OK"), await _bystander.ReceiveResultAsync());
    }

    private async Task<double> ClosedAsync(string reason) =>
        (await _proxy.MetricsAsync())[$"ddmq_connections_closed_total{{reason=\"{reason}\"}}"];

    private async Task<string> TailAsync(string topic)
    {
        using HttpResponseMessage response = await _proxy.Admin.GetAsync($"/api/topics/{topic}/messages");
        string lines = await response.Content.ReadAsStringAsync();
        return string.Concat(lines.Split('\n').Where(line => line.Contains("bodyBase64", StringComparison.Ordinal)).Select(line =>
            Encoding.UTF8.GetString(System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("bodyBase64").GetBytesFromBase64())));
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            // What is counted when a socket is closed can be seen a moment after the client sees it closed.
            await Task.Delay(10, patience.Token);
        }
    }
}
