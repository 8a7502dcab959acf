using System.Buffers.Binary;
using System.Text;
using Ddmq.Thrift.Protocol;
using Ddmq.Thrift.Server;
using Xunit;

namespace Ddmq.UnitTests.Thrift.Server;

public class ThriftConnectionTests
{
    private readonly List<ThriftCall> _calls = [];
    private CallHandler? _handler;

    [Fact]
    public void Receive_EverySplitOfThreeFrames_MakesTheSameThreeCalls()
    {
        byte[] bytes = [.. Frame("a", 1), .. Frame("bb", 2), .. Frame("ccc", 3)];

        for (int split = 0; split <= bytes.Length; split++)
        {
            ThriftConnection connection = Connect(out _);
            connection.Receive(bytes.AsSpan(0, split));
            connection.Receive(bytes.AsSpan(split));

            Assert.Equal(["a", "bb", "ccc"], _calls.Select(call => Encoding.UTF8.GetString(call.MethodName.Span)));
            Assert.Equal([1, 2, 3], _calls.Select(call => call.SequenceId));
            Assert.Equal(0, connection.Dispatcher.Statistics.ReadBufferBytes);
        }
    }

    [Fact]
    public void Receive_OneByteAtATime_MakesEveryCall()
    {
        ThriftConnection connection = Connect(out _);

        foreach (byte b in Frame("a", 1).Concat(Frame("b", 2)))
        {
            connection.Receive([b]);
        }

        Assert.Equal(2, _calls.Count);
    }

    [Fact]
    public void Receive_RestOfAFrameWithOthersBehindIt_KeepsThatFrameOnly()
    {
        ThriftConnection connection = Connect(out _);
        var kept = new List<bool>();
        _handler = call =>
        {
            _calls.Add(call);
            kept.Add(connection.Dispatcher.Statistics.ReadBufferBytes > 0);
        };

        connection.Receive(Frame("m", 1)[..6]);
        connection.Receive([.. Frame("m", 1)[6..], .. Frame("m", 2), .. Frame("m", 3), .. Frame("m", 4)[..3]]);
        connection.Receive([.. Frame("m", 4)[3..], .. Frame("m", 5)]);

        Assert.Equal([1, 2, 3, 4, 5], _calls.Select(call => call.SequenceId));
        Assert.Equal([true, false, false, true, false], kept);
        Assert.Equal(0, connection.Dispatcher.Statistics.ReadBufferBytes);
    }

    [Fact]
    public void Receive_RestOfAFrame_CountsInItsTurn()
    {
        ThriftConnection connection = Connect(out _, callsPerTurn: 2);

        connection.Receive(Frame("m", 1)[..6]);
        connection.Receive([.. Frame("m", 1)[6..], .. Frame("m", 2), .. Frame("m", 3)]);

        Assert.Equal([1, 2], _calls.Select(call => call.SequenceId));
        Assert.True(connection.CanResume);
        connection.Resume();
        Assert.Equal([1, 2, 3], _calls.Select(call => call.SequenceId));
    }

    [Fact]
    public void Receive_FramesCutAnywhereInTurnsAndInFlight_MakesEveryCallInOrder()
    {
        const int Frames = 200;
        byte[] bytes = [.. Enumerable.Range(1, Frames).SelectMany(i => Frame(new string('m', i % 50), i))];
        for (int seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            ThriftConnection connection = Connect(out _, new ThriftServerOptions { MaxInFlightPerConnection = 5 }, callsPerTurn: 3);
            List<int> called = [];
            _handler = call =>
            {
                called.Add(call.SequenceId);
                call.ReplyException(ThriftApplicationError.InternalError, "x");
            };

            for (int start = 0; start < bytes.Length;)
            {
                int length = Math.Min(Math.Min(random.Next(1, 300), connection.WantedBytes), bytes.Length - start);
                connection.Receive(bytes.AsSpan(start, length));
                start += length;
                Take(connection);
                while (connection.CanResume)
                {
                    connection.Resume();
                    Take(connection);
                }
            }

            Assert.Equal(Enumerable.Range(1, Frames), called);
            Assert.Equal(0, connection.Dispatcher.Statistics.ReadBufferBytes);
        }
    }

    [Fact]
    public void TakeReplies_CallsEndOutOfOrder_RepliesComeInOrder()
    {
        ThriftConnection connection = Connect(out FakeTransport transport);
        connection.Receive([.. Frame("m", 1), .. Frame("m", 2), .. Frame("m", 3)]);

        _calls[2].ReplyException(ThriftApplicationError.InternalError, "x");
        Assert.Empty(Take(connection));
        _calls[0].ReplyException(ThriftApplicationError.InternalError, "x");
        Assert.Equal([1], SequenceIds(Take(connection)));
        _calls[1].ReplyException(ThriftApplicationError.InternalError, "x");
        Assert.Equal([2, 3], SequenceIds(Take(connection)));
        Assert.Equal(3, transport.Flushes);
        Assert.Equal(0, connection.Dispatcher.Statistics.BytesInFlight);
    }

    [Fact]
    public void Receive_CallsAnsweredWhereTheyAreRead_HoldNoFramesWhileTheirRepliesWait()
    {
        ThriftConnection connection = Connect(out _);
        byte[] large = [0, 0, 0x27, 0x10, .. Frame("m", 2)[4..], .. new byte[10_000]];
        large = large[..(4 + 10_000)];
        ThriftServerStatistics statistics = connection.Dispatcher.Statistics;
        connection.Receive(Frame("first", 1));
        long held = statistics.BytesInFlight;
        _handler = call => call.ReplyException(ThriftApplicationError.InternalError, "refused");

        for (int i = 0; i < 100; i++)
        {
            connection.Receive(large);
        }

        Assert.Empty(Take(connection));
        Assert.Equal(held, statistics.BytesInFlight);
        Assert.InRange(connection.Dispatcher.Frames.KeptBytes, large.Length - 4, 2 * large.Length); // one, again and again

        _calls[0].ReplyException(ThriftApplicationError.InternalError, "x");
        Assert.Equal([1, .. Enumerable.Repeat(2, 100)], SequenceIds(Take(connection)));
        Assert.Equal((101, 101, 0), (statistics.Calls, statistics.Replies, statistics.BytesInFlight));
    }

    [Fact]
    public void TakeReplies_SmallDestination_LosesNoByte()
    {
        ThriftConnection connection = Connect(out _);
        connection.Receive([.. Frame("m", 1), .. Frame("m", 2)]);
        _calls.ForEach(call => call.ReplyException(ThriftApplicationError.InternalError, "a text of some length"));

        var taken = new List<byte>();
        byte[] small = new byte[7];
        while (connection.TakeReplies(small) is > 0 and int count)
        {
            taken.AddRange(small.AsSpan(0, count));
        }

        Assert.Equal([1, 2], SequenceIds([.. taken]));
    }

    [Fact]
    public void Receive_MoreFramesThanATurnHas_LeavesTheRestForTheNextTurns()
    {
        ThriftConnection connection = Connect(out _, callsPerTurn: 2);

        connection.Receive([.. Frame("m", 1), .. Frame("m", 2), .. Frame("m", 3), .. Frame("m", 4), .. Frame("m", 5)[..3]]);

        Assert.Equal(2, _calls.Count);
        Assert.Equal(0, connection.WantedBytes);
        Assert.True(connection.CanResume);
        connection.Resume();
        Assert.Equal(4, _calls.Count);
        Assert.True(connection.CanResume); // it has not looked at the rest
        connection.Resume();
        Assert.False(connection.CanResume);
        Assert.NotEqual(0, connection.WantedBytes);
        connection.Receive(Frame("m", 5)[3..]);
        Assert.Equal([1, 2, 3, 4, 5], _calls.Select(call => call.SequenceId));
    }

    [Fact]
    public void Receive_MoreThanMayBeInFlight_WaitsAndResumes()
    {
        ThriftConnection connection = Connect(out _, new ThriftServerOptions { MaxInFlightPerConnection = 2 });

        connection.Receive([.. Frame("m", 1), .. Frame("m", 2), .. Frame("m", 3), .. Frame("m", 4)]);

        Assert.Equal(2, _calls.Count);
        Assert.Equal(0, connection.WantedBytes);
        Assert.False(connection.CanResume);
        _calls[0].ReplyException(ThriftApplicationError.InternalError, "x");
        Take(connection);
        Assert.True(connection.CanResume);
        connection.Resume();
        Assert.Equal(3, _calls.Count);
        Assert.Equal(3, _calls[2].SequenceId);
    }

    [Fact]
    public void Receive_ReusedPlaces_KeepCallsApart()
    {
        ThriftConnection connection = Connect(out _);
        _handler = call => call.ReplyException(ThriftApplicationError.InternalError, Encoding.UTF8.GetString(call.MethodName.Span));

        for (int i = 1; i <= 100; i++)
        {
            connection.Receive(Frame($"method{i}", i));

            byte[] reply = Take(connection);
            Assert.Equal([i], SequenceIds(reply));
            Assert.Contains($"method{i}", Encoding.UTF8.GetString(reply));
        }
    }

    [Theory]
    [InlineData(0, CloseReason.FrameEmpty)]
    [InlineData(-1, CloseReason.FrameNegative)]
    [InlineData(int.MinValue, CloseReason.FrameNegative)]
    [InlineData(int.MaxValue, CloseReason.FrameTooLarge)]
    [InlineData(16_384_001, CloseReason.FrameTooLarge)]
    public void Receive_BadLength_EndsTheConnection(int length, CloseReason expected)
    {
        ThriftConnection connection = Connect(out _);
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);

        connection.Receive([.. Frame("m", 1), .. bytes, 1, 2, 3]);

        Assert.Equal(expected, connection.FinishReason);
        Assert.Single(_calls); // what came before is still answered
        Assert.False(connection.IsFinished);
        _calls[0].ReplyException(ThriftApplicationError.InternalError, "x");
        Assert.NotEmpty(Take(connection));
        Assert.True(connection.IsFinished);
    }

    [Fact]
    public void Receive_LargestLengthAllowed_AllocatesNothingAhead()
    {
        ThriftConnection connection = Connect(out _);

        connection.Receive([0x00, 0xFA, 0x00, 0x00, 0x82]); // 16,384,000 claimed, one byte there

        Assert.Equal(CloseReason.None, connection.FinishReason);
        Assert.InRange(connection.Dispatcher.Statistics.ReadBufferBytes, 5, 4096);
    }

    [Theory]
    [InlineData("82210100", CloseReason.NotFramed)]
    [InlineData("8001000100000008", CloseReason.NotFramed)]
    [InlineData("474554202f", CloseReason.Http)]
    [InlineData("504f5354202f", CloseReason.Http)]
    [InlineData("16030100c8", CloseReason.Tls)]
    [InlineData("00000003010203", CloseReason.UnknownProtocol)]
    [InlineData("00000003822202", CloseReason.BadVersion)]
    [InlineData("0000000480020001", CloseReason.BadVersion)]
    [InlineData("000000028221", CloseReason.BadMessageHeader)]
    public void Receive_WhatIsNoFramedThrift_IsRecognised(string hex, CloseReason expected)
    {
        ThriftConnection connection = Connect(out _);

        connection.Receive(Convert.FromHexString(hex));

        Assert.Equal(expected, connection.FinishReason);
        Assert.Empty(_calls);
    }

    [Theory]
    [InlineData(ThriftMessageType.Reply)]
    [InlineData(ThriftMessageType.Exception)]
    [InlineData(ThriftMessageType.Oneway)]
    [InlineData((ThriftMessageType)5)]
    public void Receive_NoCall_IsAnsweredInvalidMessageType(ThriftMessageType type)
    {
        ThriftConnection connection = Connect(out _);

        connection.Receive([.. Frame("m", 7, type), .. Frame("m", 8)]);

        Assert.Equal(8, Assert.Single(_calls).SequenceId);
        Assert.Equal([7], SequenceIds(Take(connection)));
        Assert.Equal(1, connection.Dispatcher.Statistics.BadMessageTypes);
    }

    [Fact]
    public void Receive_HandlerThrows_AnswersInternalErrorAndGoesOn()
    {
        Exception? seen = null;
        ThriftConnection connection = Connect(out _, failed: exception => seen = exception);
        _handler = _ => throw new InvalidOperationException("a bug");

        connection.Receive(Frame("m", 9));

        Assert.Equal([9], SequenceIds(Take(connection)));
        Assert.IsType<InvalidOperationException>(seen);
        Assert.Equal(CloseReason.None, connection.FinishReason);
    }

    [Fact]
    public void EndOfInput_InsideAFrame_IsTruncated()
    {
        ThriftConnection connection = Connect(out _);
        connection.Receive([0, 0, 0, 9, 0x82]);

        connection.EndOfInput();

        Assert.Equal(CloseReason.TruncatedFrame, connection.FinishReason);
    }

    [Fact]
    public void EndOfInput_CallsInFlight_AreStillAnswered()
    {
        ThriftConnection connection = Connect(out _);
        connection.Receive(Frame("m", 1));

        connection.EndOfInput();

        Assert.False(connection.IsFinished);
        _calls[0].ReplyException(ThriftApplicationError.InternalError, "x");
        Assert.Equal([1], SequenceIds(Take(connection)));
        Assert.True(connection.IsFinished);
        Assert.Equal(CloseReason.ClientClosed, connection.FinishReason);
    }

    [Fact]
    public void Closed_CallsInFlight_EndQuietly()
    {
        ThriftConnection connection = Connect(out _);
        connection.Receive([.. Frame("m", 1), .. Frame("m", 2)]);

        connection.Closed(CloseReason.ConnectionError);
        _calls.ForEach(call => call.ReplyException(ThriftApplicationError.InternalError, "x"));

        ThriftServerStatistics statistics = connection.Dispatcher.Statistics;
        Assert.Equal((2, 2, 0), (statistics.Calls, statistics.Replies, statistics.BytesInFlight));
        Assert.Equal((1, 0, 1), (statistics.Accepted, statistics.Open, statistics.Closed(CloseReason.ConnectionError)));
    }

    [Fact]
    public void Sweep_FrameBegunLongAgo_EndsTheConnection()
    {
        ThriftConnection connection = Connect(out _);
        connection.Receive([0, 0, 0, 9, 0x82]);

        connection.Sweep(Environment.TickCount64 + 29_000);
        Assert.Equal(CloseReason.None, connection.FinishReason);
        connection.Sweep(Environment.TickCount64 + 31_000);

        Assert.Equal(CloseReason.FrameTimeout, connection.FinishReason);
        Assert.Equal(0, connection.Dispatcher.Statistics.ReadBufferBytes);
    }

    [Fact]
    public void WantedBytes_MemoryForFramesUsedUp_CompletesOneFrameAfterTheOtherAndLetsSmallOnesIn()
    {
        byte[] begun = [0x00, 0x00, 0x80, 0x00, 0x82, .. new byte[20_000]]; // of 32,768
        ThriftConnection first = Connect(out _, new ThriftServerOptions { MaxReadBufferBytes = 10_000 });
        var second = new ThriftConnection(first.Dispatcher, new FakeTransport());
        var idle = new ThriftConnection(first.Dispatcher, new FakeTransport());
        first.Receive(begun);
        second.Receive(begun);

        Assert.Equal(int.MaxValue, first.WantedBytes);
        Assert.Equal(0, second.WantedBytes);
        Assert.InRange(idle.WantedBytes, 1, 4096);

        first.Receive(new byte[32_768 - 20_001]);
        Assert.Equal(int.MaxValue, second.WantedBytes);

        second.Closed(CloseReason.ConnectionError);
        Assert.Equal(0, first.Dispatcher.Statistics.ReadBufferBytes);
        Assert.Equal(int.MaxValue, idle.WantedBytes);
    }

    [Fact]
    public void Receive_SteadyCalls_AllocateNothing()
    {
        ThriftConnection connection = Connect(out _);
        _handler = call =>
        {
            var writer = new CompactWriter(call.BeginReply());
            writer.WriteMessageBegin("m"u8, ThriftMessageType.Reply, call.SequenceId);
            call.EndReply();
        };
        byte[] frame = Frame("m", 1);
        byte[] replies = new byte[1024];
        Serve(100);

        Assert.Equal(0, Allocated.By(() => Serve(1000)));

        void Serve(int times)
        {
            for (int i = 0; i < times; i++)
            {
                connection.Receive(frame);
                connection.TakeReplies(replies);
            }
        }
    }

    private ThriftConnection Connect(out FakeTransport transport, ThriftServerOptions? options = null, Action<Exception>? failed = null, int callsPerTurn = int.MaxValue)
    {
        _calls.Clear();
        _handler = _calls.Add;
        transport = new FakeTransport();
        return new ThriftConnection(
            new ThriftDispatcher(call => _handler(call), options ?? new ThriftServerOptions()) { HandlerFailed = failed }, transport)
        {
            CallsPerTurn = callsPerTurn,
        };
    }

    private static byte[] Frame(string method, int sequenceId, ThriftMessageType type = ThriftMessageType.Call)
    {
        var buffer = new ThriftBuffer();
        buffer.BeginFrame();
        var writer = new CompactWriter(buffer);
        writer.WriteMessageBegin(Encoding.UTF8.GetBytes(method), type, sequenceId);
        writer.WriteFieldStop();
        buffer.EndFrame();
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] Take(ThriftConnection connection)
    {
        byte[] replies = new byte[65536];
        return replies[..connection.TakeReplies(replies)];
    }

    private static int[] SequenceIds(byte[] replies)
    {
        var ids = new List<int>();
        for (int at = 0; at < replies.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(replies.AsSpan(at));
            var reader = new CompactReader(replies.AsMemory(at + 4, length), new ThriftLimits());
            ids.Add(reader.ReadMessageBegin().SequenceId);
            at += 4 + length;
        }

        return [.. ids];
    }
}
