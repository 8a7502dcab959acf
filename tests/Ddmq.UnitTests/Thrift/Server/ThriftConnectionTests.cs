using Ddmq.Thrift.Protocol;
using Ddmq.Thrift.Server;
using Xunit;

namespace Ddmq.UnitTests.Thrift.Server;

/// <summary>What ends a connection, and what does not.</summary>
public sealed class ThriftConnectionTests : ConnectionTestBase
{
    [Theory]
    [InlineData(ThriftMessageType.Reply)]
    [InlineData(ThriftMessageType.Exception)]
    [InlineData(ThriftMessageType.Oneway)]
    [InlineData((ThriftMessageType)5)]
    public void Receive_NoCall_IsAnsweredInvalidMessageType(ThriftMessageType type)
    {
        ThriftConnection connection = Connect(out _);

        connection.Receive([.. Frame("m", 7, type), .. Frame("m", 8)]);

        Assert.Equal(8, Assert.Single(Calls).SequenceId);
        Assert.Equal([7], SequenceIds(Take(connection)));
        Assert.Equal(1, connection.Dispatcher.Statistics.BadMessageTypes);
    }

    [Fact]
    public void Receive_HandlerThrows_AnswersInternalErrorAndGoesOn()
    {
        Exception? seen = null;
        ThriftConnection connection = Connect(out _, failed: exception => seen = exception);
        Handler = _ => throw new InvalidOperationException("a bug");

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
        Calls[0].ReplyException(ThriftApplicationError.InternalError, "x");
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
        Calls.ForEach(call => call.ReplyException(ThriftApplicationError.InternalError, "x"));

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
}
