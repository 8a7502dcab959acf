using System.Net;
using System.Net.Sockets;
using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Xunit;

namespace Ddmq.UnitTests.Thrift;

public class ProducerClientTests
{
    private static readonly Message AnyMessage = new() { Topic = ThriftText.Utf8("t"), Body = ThriftText.Utf8("b") };

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public async Task EachMethod_SendsItsArgumentsAndReturnsItsResult(ThriftProtocol protocol)
    {
        using var server = new FakeServer();
        await using ProducerClient client = await ConnectAsync(server, protocol);

        Task<Result> sync = client.SendSyncAsync(AnyMessage, 50);
        var syncArgs = new SendSyncArgs();
        ThriftMessageHeader call = Codec.Decode(protocol, await server.ReadFrameAsync(), syncArgs);
        await ReplyAsync(server, protocol, call, new SendSyncResult { Success = NewResult(0, "OK") });
        Assert.Equal(("sendSync", ThriftMessageType.Call), (call.Name.ToText(), call.Type));
        Assert.Equal(("t", "b", 50L), (syncArgs.Message!.Topic.ToText(), syncArgs.Message.Body.ToText(), syncArgs.Timeout));
        Assert.Equal("OK", (await sync).Msg.ToText());

        Task<Result> async = client.SendAsyncAsync(AnyMessage);
        var asyncArgs = new SendAsyncArgs();
        call = Codec.Decode(protocol, await server.ReadFrameAsync(), asyncArgs);
        await ReplyAsync(server, protocol, call, new SendAsyncResult { Success = NewResult(12, "late") });
        Assert.Equal(("sendAsync", "t"), (call.Name.ToText(), asyncArgs.Message!.Topic.ToText()));
        Assert.Equal(12, (await async).Code);

        Task<Result> batch = client.SendBatchSyncAsync([AnyMessage, AnyMessage]);
        var batchArgs = new SendBatchSyncArgs();
        call = Codec.Decode(protocol, await server.ReadFrameAsync(), batchArgs);
        await ReplyAsync(server, protocol, call, new SendBatchSyncResult { Success = NewResult(11, "no") });
        Assert.Equal(("sendBatchSync", 2), (call.Name.ToText(), batchArgs.Messages!.Count));
        Assert.Equal(11, (await batch).Code);

        Task<DelayResult> delay = client.SendDelaySyncAsync(new DelayMessage { Action = 2 }, 60);
        var delayArgs = new SendDelaySyncArgs();
        call = Codec.Decode(protocol, await server.ReadFrameAsync(), delayArgs);
        var delayResult = new DelayResult { Code = 18, UniqDelayMsgId = ReadOnlyMemory<byte>.Empty };
        await ReplyAsync(server, protocol, call, new SendDelaySyncResult { Success = delayResult });
        Assert.Equal(("sendDelaySync", 2, 60L), (call.Name.ToText(), delayArgs.DelayMessage!.Action, delayArgs.Timeout));
        Assert.Equal((18, "", null), ((await delay).Code, (await delay).UniqDelayMsgId.ToText(), (await delay).Msg.ToText()));
    }

    [Fact]
    public async Task ManyCalls_WithoutWaiting_EachGetTheirOwnReply()
    {
        const int Calls = 500;
        using var server = new FakeServer();
        await using ProducerClient client = await ConnectAsync(server);

        Task<Result>[] results = [.. Enumerable.Range(0, Calls).Select(i => client.SendSyncAsync(new Message { HashId = i }, i))];
        var replies = new List<byte>();
        for (int i = 0; i < Calls; i++)
        {
            var arguments = new SendSyncArgs();
            ThriftMessageHeader call = Codec.Decode(ThriftProtocol.Compact, await server.ReadFrameAsync(), arguments);
            Assert.Equal(i, arguments.Message!.HashId);
            var result = new SendSyncResult { Success = NewResult(i, new string('x', i * 10)) };
            replies.AddRange(FakeServer.Framed(Reply(ThriftProtocol.Compact, call, result)));
        }

        // Pieces that end anywhere, frames larger than the client's first buffer among them.
        foreach (byte[] piece in replies.Chunk(9973))
        {
            await server.SendAsync(piece);
        }

        for (int i = 0; i < Calls; i++)
        {
            Result result = await results[i];
            Assert.Equal((i, i * 10), (result.Code, result.Msg!.Value.Length));
        }
    }

    [Fact]
    public async Task ManyCallers_AtOnce_EachGetTheirOwnReplies()
    {
        const int Callers = 32;
        const int CallsEach = 100;
        using var server = new FakeServer();
        await using ProducerClient client = await ConnectAsync(server);
        Task serving = Task.Run(async () =>
        {
            var arguments = new SendSyncArgs();
            for (int i = 0; i < Callers * CallsEach; i++)
            {
                ThriftMessageHeader call = Codec.Decode(ThriftProtocol.Compact, await server.ReadFrameAsync(), arguments);
                await ReplyAsync(server, ThriftProtocol.Compact, call, new SendSyncResult { Success = NewResult((int)arguments.Timeout, "") });
            }
        });

        int[][] codes = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            int[] own = new int[CallsEach];
            for (int i = 0; i < CallsEach; i++)
            {
                own[i] = (await client.SendSyncAsync(AnyMessage, (caller * CallsEach) + i)).Code;
            }

            return own;
        })));

        await serving;
        Assert.Equal(Enumerable.Range(0, Callers * CallsEach), codes.SelectMany(own => own));
    }

    [Fact]
    public async Task ReplyLargerThanTheBuffer_ArrivesWhole()
    {
        using var server = new FakeServer();
        await using ProducerClient client = await ConnectAsync(server);

        Task<Result> pending = client.SendSyncAsync(AnyMessage, 50);
        ThriftMessageHeader call = Codec.Decode(ThriftProtocol.Compact, await server.ReadFrameAsync(), new SendSyncArgs());
        await ReplyAsync(server, ThriftProtocol.Compact, call, new SendSyncResult { Success = NewResult(0, new string('m', 100_000)) });

        Assert.Equal(100_000, (await pending).Msg!.Value.Length);
    }

    [Fact]
    public async Task ExceptionReply_FailsTheCallAndLeavesTheConnection()
    {
        using var server = new FakeServer();
        await using ProducerClient client = await ConnectAsync(server);

        Task<Result> refused = client.SendSyncAsync(AnyMessage, 50);
        ThriftMessageHeader call = Codec.Decode(ThriftProtocol.Compact, await server.ReadFrameAsync(), new SendSyncArgs());
        await server.SendFrameAsync(ExceptionReply(call));
        var error = await Assert.ThrowsAsync<ThriftCallException>(() => refused);
        Task<Result> next = client.SendSyncAsync(AnyMessage, 50);
        call = Codec.Decode(ThriftProtocol.Compact, await server.ReadFrameAsync(), new SendSyncArgs());
        await ReplyAsync(server, ThriftProtocol.Compact, call, new SendSyncResult { Success = NewResult(0, "OK") });

        Assert.Equal(ThriftApplicationError.UnknownMethod, error.Error);
        Assert.Contains("Invalid method name: 'sendSync'", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await next).Code);
    }

    [Fact]
    public async Task ReplyWithoutResult_FailsTheCall()
    {
        using var server = new FakeServer();
        await using ProducerClient client = await ConnectAsync(server);

        Task<Result> pending = client.SendSyncAsync(AnyMessage, 50);
        ThriftMessageHeader call = Codec.Decode(ThriftProtocol.Compact, await server.ReadFrameAsync(), new SendSyncArgs());
        await ReplyAsync(server, ThriftProtocol.Compact, call, new SendSyncResult());

        Assert.Equal(ThriftApplicationError.MissingResult, (await Assert.ThrowsAsync<ThriftCallException>(() => pending)).Error);
    }

    [Fact]
    public async Task ConnectionClosedByTheServer_FailsEveryCall()
    {
        using var server = new FakeServer();
        await using ProducerClient client = await ConnectAsync(server);

        Task<Result>[] pending = [client.SendSyncAsync(AnyMessage, 50), client.SendSyncAsync(AnyMessage, 50)];
        await server.ReadFrameAsync();
        await server.ReadFrameAsync();
        server.Close();

        foreach (Task<Result> call in pending)
        {
            var error = await Assert.ThrowsAsync<IOException>(() => call);
            Assert.Contains($"127.0.0.1:{server.Port}", error.Message, StringComparison.Ordinal);
            Assert.Contains("broken", error.Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<IOException>(() => client.SendSyncAsync(AnyMessage, 50));
    }

    [Theory]
    [InlineData("00000005ffffffffff", "malformed")] // no Thrift
    [InlineData("7fffffff", "limit")]
    [InlineData("ffffffff", "limit")]
    [InlineData("0000000b" + "8241e7240473656e640000", "numbered 4711")] // another call's number
    [InlineData("0000000b" + "8221010473656e64000000", "reply was expected")] // a call, of all things
    public async Task RubbishFromTheServer_BreaksTheConnectionAndSaysHow(string hex, string part)
    {
        using var server = new FakeServer();
        await using ProducerClient client = await ConnectAsync(server);

        Task<Result> pending = client.SendSyncAsync(AnyMessage, 50);
        await server.ReadFrameAsync();
        await server.SendAsync(Convert.FromHexString(hex));

        Assert.Contains(part, (await Assert.ThrowsAsync<IOException>(() => pending)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReplyNobodyAskedFor_BreaksTheConnection()
    {
        using var server = new FakeServer();
        await using ProducerClient client = await ConnectAsync(server);
        Task<Result> first = client.SendSyncAsync(AnyMessage, 50);
        ThriftMessageHeader call = Codec.Decode(ThriftProtocol.Compact, await server.ReadFrameAsync(), new SendSyncArgs());
        byte[] reply = FakeServer.Framed(
            Reply(ThriftProtocol.Compact, call, new SendSyncResult { Success = NewResult(0, "OK") }));

        await server.SendAsync(reply.Concat(reply).ToArray());

        Assert.Equal(0, (await first).Code);
        var error = await Assert.ThrowsAsync<IOException>(async () => await client.SendSyncAsync(AnyMessage, 50));
        Assert.Contains("expected", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallTimeout_FailsThatCallOnly()
    {
        using var server = new FakeServer();
        await using ProducerClient client = await ConnectAsync(server);
        client.CallTimeout = TimeSpan.FromMilliseconds(1);
        Task<Result> late = client.SendSyncAsync(AnyMessage, 50);
        ThriftMessageHeader lateCall = Codec.Decode(ThriftProtocol.Compact, await server.ReadFrameAsync(), new SendSyncArgs());
        var error = await Assert.ThrowsAsync<TimeoutException>(() => late);

        client.CallTimeout = Timeout.InfiniteTimeSpan;
        Task<Result> next = client.SendSyncAsync(AnyMessage, 50);
        ThriftMessageHeader nextCall = Codec.Decode(ThriftProtocol.Compact, await server.ReadFrameAsync(), new SendSyncArgs());
        await ReplyAsync(server, ThriftProtocol.Compact, lateCall, new SendSyncResult { Success = NewResult(1, "late") });
        await ReplyAsync(server, ThriftProtocol.Compact, nextCall, new SendSyncResult { Success = NewResult(2, "next") });

        Assert.Contains("SendSync", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await next).Code);
    }

    [Fact]
    public async Task Cancellation_EndsTheWaiting()
    {
        using var server = new FakeServer();
        await using ProducerClient client = await ConnectAsync(server);
        using var cancel = new CancellationTokenSource();

        Task<Result> pending = client.SendSyncAsync(AnyMessage, 50, cancel.Token);
        await server.ReadFrameAsync();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
    }

    [Fact]
    public async Task Disposal_FailsPendingAndLaterCalls()
    {
        using var server = new FakeServer();
        ProducerClient client = await ConnectAsync(server);
        Task<Result> pending = client.SendSyncAsync(AnyMessage, 50);

        await client.DisposeAsync();
        await client.DisposeAsync();

        Assert.Contains("closed by this client", (await Assert.ThrowsAsync<IOException>(() => pending)).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(() => client.SendSyncAsync(AnyMessage, 50));
    }

    [Fact]
    public async Task Connect_WhereNobodyListens_SaysWhere()
    {
        // Bound but not listening: connections are refused, and nobody else can take the port meanwhile.
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)taken.LocalEndPoint!).Port;

        var error = await Assert.ThrowsAsync<IOException>(() => ProducerClient.ConnectAsync("127.0.0.1", port));

        Assert.Contains($"127.0.0.1:{port}", error.Message, StringComparison.Ordinal);
    }

    private static async Task<ProducerClient> ConnectAsync(FakeServer server, ThriftProtocol protocol = ThriftProtocol.Compact)
    {
        Task<ProducerClient> connecting = ProducerClient.ConnectAsync("127.0.0.1", server.Port, protocol);
        await server.AcceptAsync();
        return await connecting;
    }

    private static Result NewResult(int code, string text) => new() { Code = code, Msg = ThriftText.Utf8(text) };

    private static byte[] Reply(ThriftProtocol protocol, ThriftMessageHeader call, IThriftStruct result) =>
        Codec.Encode(protocol, call.Name.Span, ThriftMessageType.Reply, call.SequenceId, result);

    private static Task ReplyAsync(FakeServer server, ThriftProtocol protocol, ThriftMessageHeader call, IThriftStruct result) =>
        server.SendFrameAsync(Reply(protocol, call, result));

    private static byte[] ExceptionReply(ThriftMessageHeader call)
    {
        var buffer = new ThriftBuffer();
        var writer = new CompactWriter(buffer);
        writer.WriteMessageBegin(call.Name.Span, ThriftMessageType.Exception, call.SequenceId);
        ThriftApplicationErrors.Write(ref writer, ThriftApplicationError.UnknownMethod, "Invalid method name: 'sendSync'");
        return buffer.WrittenSpan.ToArray();
    }
}
