using System.Buffers.Binary;
using System.Text;
using Ddmq.Thrift.Protocol;
using Ddmq.Thrift.Server;
using Xunit;

namespace Ddmq.UnitTests.Thrift.Server;

/// <summary>Bytes in, calls out: wherever they are cut, whatever they are.</summary>
public sealed class FrameCuttingTests : ConnectionTestBase
{
    [Fact]
    public void Receive_EverySplitOfThreeFrames_MakesTheSameThreeCalls()
    {
        byte[] bytes = [.. Frame("a", 1), .. Frame("bb", 2), .. Frame("ccc", 3)];

        for (int split = 0; split <= bytes.Length; split++)
        {
            ThriftConnection connection = Connect(out _);
            connection.Receive(bytes.AsSpan(0, split));
            connection.Receive(bytes.AsSpan(split));

            Assert.Equal(["a", "bb", "ccc"], Calls.Select(call => Encoding.UTF8.GetString(call.MethodName.Span)));
            Assert.Equal([1, 2, 3], Calls.Select(call => call.SequenceId));
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

        Assert.Equal(2, Calls.Count);
    }

    [Fact]
    public void Receive_RestOfAFrameWithOthersBehindIt_KeepsThatFrameOnly()
    {
        ThriftConnection connection = Connect(out _);
        var kept = new List<bool>();
        Handler = call =>
        {
            Calls.Add(call);
            kept.Add(connection.Dispatcher.Statistics.ReadBufferBytes > 0);
        };

        connection.Receive(Frame("m", 1)[..6]);
        connection.Receive([.. Frame("m", 1)[6..], .. Frame("m", 2), .. Frame("m", 3), .. Frame("m", 4)[..3]]);
        connection.Receive([.. Frame("m", 4)[3..], .. Frame("m", 5)]);

        Assert.Equal([1, 2, 3, 4, 5], Calls.Select(call => call.SequenceId));
        Assert.Equal([true, false, false, true, false], kept);
        Assert.Equal(0, connection.Dispatcher.Statistics.ReadBufferBytes);
    }

    [Fact]
    public void Receive_RestOfAFrame_CountsInItsTurn()
    {
        ThriftConnection connection = Connect(out _, callsPerTurn: 2);

        connection.Receive(Frame("m", 1)[..6]);
        connection.Receive([.. Frame("m", 1)[6..], .. Frame("m", 2), .. Frame("m", 3)]);

        Assert.Equal([1, 2], Calls.Select(call => call.SequenceId));
        Assert.True(connection.CanResume);
        connection.Resume();
        Assert.Equal([1, 2, 3], Calls.Select(call => call.SequenceId));
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
            Handler = call =>
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
    public void Receive_MoreFramesThanATurnHas_LeavesTheRestForTheNextTurns()
    {
        ThriftConnection connection = Connect(out _, callsPerTurn: 2);

        connection.Receive([.. Frame("m", 1), .. Frame("m", 2), .. Frame("m", 3), .. Frame("m", 4), .. Frame("m", 5)[..3]]);

        Assert.Equal(2, Calls.Count);
        Assert.Equal(0, connection.WantedBytes);
        Assert.True(connection.CanResume);
        connection.Resume();
        Assert.Equal(4, Calls.Count);
        Assert.True(connection.CanResume); // it has not looked at the rest
        connection.Resume();
        Assert.False(connection.CanResume);
        Assert.NotEqual(0, connection.WantedBytes);
        connection.Receive(Frame("m", 5)[3..]);
        Assert.Equal([1, 2, 3, 4, 5], Calls.Select(call => call.SequenceId));
    }

    [Fact]
    public void Receive_MoreThanMayBeInFlight_WaitsAndResumes()
    {
        ThriftConnection connection = Connect(out _, new ThriftServerOptions { MaxInFlightPerConnection = 2 });

        connection.Receive([.. Frame("m", 1), .. Frame("m", 2), .. Frame("m", 3), .. Frame("m", 4)]);

        Assert.Equal(2, Calls.Count);
        Assert.Equal(0, connection.WantedBytes);
        Assert.False(connection.CanResume);
        Calls[0].ReplyException(ThriftApplicationError.InternalError, "x");
        Take(connection);
        Assert.True(connection.CanResume);
        connection.Resume();
        Assert.Equal(3, Calls.Count);
        Assert.Equal(3, Calls[2].SequenceId);
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
        Assert.Single(Calls); // what came before is still answered
        Assert.False(connection.IsFinished);
        Calls[0].ReplyException(ThriftApplicationError.InternalError, "x");
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
        Assert.Empty(Calls);
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
}
