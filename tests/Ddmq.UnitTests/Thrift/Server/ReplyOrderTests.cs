using System.Text;
using Ddmq.Thrift.Protocol;
using Ddmq.Thrift.Server;
using Xunit;

namespace Ddmq.UnitTests.Thrift.Server;

/// <summary>Replies in the order of their calls, and what a connection keeps until then.</summary>
public sealed class ReplyOrderTests : ConnectionTestBase
{
    [Fact]
    public void TakeReplies_CallsEndOutOfOrder_RepliesComeInOrder()
    {
        ThriftConnection connection = Connect(out FakeTransport transport);
        connection.Receive([.. Frame("m", 1), .. Frame("m", 2), .. Frame("m", 3)]);

        Calls[2].ReplyException(ThriftApplicationError.InternalError, "x");
        Assert.Empty(Take(connection));
        Calls[0].ReplyException(ThriftApplicationError.InternalError, "x");
        Assert.Equal([1], SequenceIds(Take(connection)));
        Calls[1].ReplyException(ThriftApplicationError.InternalError, "x");
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
        Handler = call => call.ReplyException(ThriftApplicationError.InternalError, "refused");

        for (int i = 0; i < 100; i++)
        {
            connection.Receive(large);
        }

        Assert.Empty(Take(connection));
        Assert.Equal(held, statistics.BytesInFlight);
        Assert.InRange(connection.Dispatcher.Frames.KeptBytes, large.Length - 4, 2 * large.Length); // one, again and again

        Calls[0].ReplyException(ThriftApplicationError.InternalError, "x");
        Assert.Equal([1, .. Enumerable.Repeat(2, 100)], SequenceIds(Take(connection)));
        Assert.Equal((101, 101, 0), (statistics.Calls, statistics.Replies, statistics.BytesInFlight));
    }

    [Fact]
    public void TakeReplies_SmallDestination_LosesNoByte()
    {
        ThriftConnection connection = Connect(out _);
        connection.Receive([.. Frame("m", 1), .. Frame("m", 2)]);
        Calls.ForEach(call => call.ReplyException(ThriftApplicationError.InternalError, "a text of some length"));

        var taken = new List<byte>();
        byte[] small = new byte[7];
        while (connection.TakeReplies(small) is > 0 and int count)
        {
            taken.AddRange(small.AsSpan(0, count));
        }

        Assert.Equal([1, 2], SequenceIds([.. taken]));
    }

    [Fact]
    public void Receive_ReusedPlaces_KeepCallsApart()
    {
        ThriftConnection connection = Connect(out _);
        Handler = call => call.ReplyException(ThriftApplicationError.InternalError, Encoding.UTF8.GetString(call.MethodName.Span));

        for (int i = 1; i <= 100; i++)
        {
            connection.Receive(Frame($"method{i}", i));

            byte[] reply = Take(connection);
            Assert.Equal([i], SequenceIds(reply));
            Assert.Contains($"method{i}", Encoding.UTF8.GetString(reply));
        }
    }

    [Fact]
    public void Receive_SteadyCalls_AllocateNothing()
    {
        ThriftConnection connection = Connect(out _);
        Handler = call =>
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
}
