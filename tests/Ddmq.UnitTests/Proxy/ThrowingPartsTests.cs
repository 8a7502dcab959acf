using System.Buffers;
using System.Buffers.Binary;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Ddmq.Proxy.Thrift;
using Ddmq.TestKit.Proxy;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Ddmq.Thrift.Server;
using Ddmq.UnitTests.Limits;
using Ddmq.UnitTests.Thrift.Server;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ddmq.UnitTests.Proxy;

/// <summary>
/// Parts of a call's way that throw: the call is answered once, with what is true of its message; nothing of it is left in a counter or in the
/// call's next message. Everything but the socket and the store is the real thing.
/// </summary>
public sealed class ThrowingPartsTests : IDisposable
{
    private const string InternalError = "internal error, see error.log of the proxy";

    private readonly LimitFixture _fixture = new(maxBytesInFlightPerTopic: 10_000);
    private readonly List<Exception> _escaped = [];
    private readonly ProducerService _service;
    private readonly ThriftDispatcher _dispatcher;
    private readonly ThriftConnection _connection;

    public ThrowingPartsTests()
    {
        _fixture.Node(node => node with { IsOn = false });
        _fixture.Topic("t", maxTps: 1, duplicateWindowMs: 1000);
        _fixture.Store.IsWithoutElsewhere = _ => true;
        _service = new ProducerService(_fixture.Pipeline, 1000, long.MaxValue, _escaped.Add);
        _dispatcher = new ThriftDispatcher(_service.OnCall, new ThriftServerOptions()) { HandlerFailed = _escaped.Add };
        _connection = new ThriftConnection(_dispatcher, new FakeTransport());
        Assert.Equal((0, "OK"), Serve()); // the wall clock has been asked for
        _fixture.Store.Requests.Clear();
    }

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("sendSync")]
    [InlineData("sendAsync")]
    [InlineData("sendDelaySync")]
    [InlineData("sendBatchSync")]
    public void Call_EnterThrows_IsAnsweredAndInNoLedger(string method)
    {
        _fixture.Time.IsBroken = () => true;

        (int code, string text) = Serve(method, key: "k");

        Assert.Equal((int)SendStatus.Unknown, code);
        Assert.Contains("stored=no", text);
        Assert.Contains(InternalError, text);
        Assert.Empty(_fixture.Store.Requests);
        AssertNothingIsLeft(new LedgerReading(Received: 1, Stored: 1, Spooled: 0, Refused: 0, Failed: 0, InFlight: 0));
    }

    [Theory]
    [InlineData("clock", false)]
    [InlineData("clock", true)]
    [InlineData("recorder", false)]
    [InlineData("recorder", true)]
    public void Call_RecordingThrows_IsAnsweredWithWhatTheStoreSaid(string part, bool completesLater)
    {
        _fixture.Log.IsBroken = _ => completesLater; // with a logger that throws, and with one that does not
        _fixture.Store.Script = request =>
        {
            if (part == "recorder")
            {
                request.Key = new BrokenMemory().Memory;
            }
            else if (!completesLater)
            {
                _fixture.Time.IsBroken = () => true;
            }

            return completesLater ? null : SendResult.Ok();
        };

        _connection.Receive(Frame("sendSync"));
        if (completesLater)
        {
            _fixture.Time.IsBroken = () => part == "clock";
            _fixture.Store.Complete(SendResult.Ok());
        }

        Assert.Equal((0, "OK"), TakeReply());
        Assert.Equal(completesLater ? 0 : 1, _fixture.Log.Lines.Count(line => line.Text.StartsWith("What became of a message of topic t is not recorded")));
        AssertNothingIsLeft(new LedgerReading(Received: 2, Stored: 2, Spooled: 0, Refused: 0, Failed: 0, InFlight: 0));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Call_DropLogThrows_IsAnsweredWithWhatTheStoreSaid(bool completesLater, bool logIsBroken)
    {
        var failure = SendResult.Failed(SendStatus.Unknown, Stored.Unknown, "the disk said no");
        _fixture.Drops.IsBroken = _ => true;
        _fixture.Log.IsBroken = _ => logIsBroken;
        _fixture.Store.Script = _ => completesLater ? null : failure;

        _connection.Receive(Frame("sendSync"));
        if (completesLater)
        {
            _fixture.Store.Complete(failure);
        }

        (int code, string text) = TakeReply();
        Assert.Equal((int)SendStatus.Unknown, code);
        Assert.Contains("the disk said no", text);
        Assert.Equal(logIsBroken ? 0 : 1, _fixture.Log.Lines.Count(line => line.Text.Contains("topic t was given up on and is not in the drop log")));
        AssertNothingIsLeft(new LedgerReading(Received: 2, Stored: 1, Spooled: 0, Refused: 0, Failed: 1, InFlight: 0));
    }

    [Fact]
    public void Call_DeadlinePassesAndRecordingThrows_IsAnswered12AndTheStoresWordIsCounted()
    {
        _fixture.Drops.IsBroken = _ => true;
        _fixture.Store.Script = _ => null;
        _connection.Receive(Frame("sendSync", key: "k"));
        _fixture.Store.Requests[0].Key = new BrokenMemory().Memory;

        _fixture.Advance(100);

        Assert.Equal((int)SendStatus.Timeout, TakeReply().Code);
        Assert.NotEqual(0, _fixture.Pipeline.Abandoned.Current);
        _fixture.Store.Complete(SendResult.Ok()); // which nothing may escape into
        Assert.Equal(1, _fixture.Catalog.Ledgers.Single(ledger => ledger.Topic == "t").LateStored);
        AssertNothingIsLeft(new LedgerReading(Received: 2, Stored: 1, Spooled: 0, Refused: 0, Failed: 1, InFlight: 0));
    }

    [Fact]
    public void Call_StageThrowsInATaskOfItsOwn_IsAnsweredAndEnds()
    {
        int reads = 0;
        _fixture.Time.IsBroken = () => ++reads == 2; // after Enter, in the stage that knows repeats

        (int code, string text) = Serve(key: "k");

        Assert.Equal((int)SendStatus.Unknown, code);
        Assert.Contains("stored=unknown", text);
        Assert.Contains(InternalError, text);
        AssertNothingIsLeft(new LedgerReading(Received: 2, Stored: 1, Spooled: 0, Refused: 0, Failed: 1, InFlight: 0));
    }

    [Fact]
    public void Call_StoreAndLoggerThrow_IsAnsweredAndEnds()
    {
        _fixture.Log.IsBroken = _ => true;
        _fixture.Store.Script = _ => throw new InvalidOperationException("broken by the test");

        (int code, string text) = Serve();

        Assert.Equal((int)SendStatus.Unknown, code);
        Assert.Contains(InternalError, text);
        AssertNothingIsLeft(new LedgerReading(Received: 2, Stored: 1, Spooled: 0, Refused: 0, Failed: 1, InFlight: 0));
    }

    [Fact]
    public void Call_LimitsWarningCannotBeLogged_IsAdmittedOrRefusedAsEver()
    {
        _fixture.Log.IsBroken = _ => true;
        _fixture.Node(node => node with { IsOn = true, WarningRatio = 0.1 });

        (int Code, string Text)[] replies = [Serve(), Serve(), Serve()];

        Assert.Equal([0, 0, (int)SendStatus.RateLimited], replies.Select(reply => reply.Code));
        Assert.StartsWith("FAILED: Refused by the rate limiter.; limit of topic t: 1 messages per second", replies[2].Text);
        _fixture.Node(node => node with { IsOn = false });
        AssertNothingIsLeft(new LedgerReading(Received: 4, Stored: 3, Spooled: 0, Refused: 1, Failed: 0, InFlight: 0));
    }

    /// <summary>Nothing has escaped, nothing is counted as under way, and the connection's next call has nothing of the one before.</summary>
    private void AssertNothingIsLeft(LedgerReading expected)
    {
        Assert.Empty(_escaped);
        Assert.Equal(expected, _fixture.Ledger("t"));
        Assert.Equal(0, _fixture.LimitsOf("t").InFlight.Current);
        Assert.Equal(0, _fixture.Pipeline.Abandoned.Current);
        Assert.Equal(0, _service.Counters.InFlight);
        Assert.Equal((_dispatcher.Statistics.Calls, 0, 0), (_dispatcher.Statistics.Replies, _dispatcher.Statistics.BytesInFlight, _dispatcher.Statistics.HandlerErrors));

        _fixture.Time.IsBroken = () => false;
        _fixture.Log.IsBroken = _ => false;
        _fixture.Drops.IsBroken = _ => false;
        _fixture.Store.Requests.Clear();
        SendRequest? next = null;
        _fixture.Store.Script = request =>
        {
            next = request;
            Assert.True(request.Key is null && request.Properties.IsEmpty && !request.IsAbandoned, "the call still has the message before");
            return SendResult.Ok();
        };
        Assert.Equal((0, "OK"), Serve());
        Assert.NotNull(next);
        Assert.True(next.Topic is null && next.Body.IsEmpty && next.InFlightBytes == 0, "the call keeps its message");
    }

    private (int Code, string Text) Serve(string method = "sendSync", string? key = null)
    {
        _connection.Receive(Frame(method, key));
        return TakeReply();
    }

    private (int Code, string Text) TakeReply()
    {
        byte[] replies = new byte[4096];
        int length = _connection.TakeReplies(replies);
        Assert.True(length > 4, "the call has not been answered");
        Assert.Equal(length - 4, BinaryPrimitives.ReadInt32BigEndian(replies));
        (_, int code, string text) = RawClient.ReadResult(replies.AsMemory(4, length - 4));
        return (code, text);
    }

    private static byte[] Frame(string method, string? key = null)
    {
        var message = new Message { Topic = "t"u8.ToArray(), Body = "body"u8.ToArray(), PartitionId = -2 };
        if (key is not null)
        {
            message.Key = System.Text.Encoding.UTF8.GetBytes(key);
            message.Properties = new ThriftMap();
            message.Properties.Add("name"u8.ToArray(), "value"u8.ToArray());
        }

        var messages = new ThriftList<Message>();
        messages.Add(message);
        return RawClient.Frame(method, 1, ThriftProtocol.Compact, method switch
        {
            "sendSync" => new SendSyncArgs { Message = message, Timeout = 50 },
            "sendAsync" => new SendAsyncArgs { Message = message },
            "sendBatchSync" => new SendBatchSyncArgs { Messages = messages },
            _ => new SendDelaySyncArgs { DelayMessage = new DelayMessage { Topic = message.Topic, Body = message.Body, Properties = message.Properties } },
        });
    }

    /// <summary>Bytes that cannot be read.</summary>
    private sealed class BrokenMemory : MemoryManager<byte>
    {
        public override Memory<byte> Memory => CreateMemory(10);

        public override Span<byte> GetSpan() => throw new InvalidOperationException("bytes broken by the test");

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException("nobody pins what is sent");

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
