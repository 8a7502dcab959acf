using System.Net;
using System.Text;
using Ddmq.Cli.Bench;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Xunit;

namespace Ddmq.UnitTests.Cli;

public sealed class LoadGeneratorPartsTests
{
    private static readonly LoadOptions Options = new() { EndPoint = new IPEndPoint(IPAddress.Loopback, 1), BodySize = 37, Pipeline = 3 };

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void Encode_SendSync_CopiesAreWholeFramesOfTheMessage(ThriftProtocol protocol)
    {
        RequestFrames frames = RequestFrames.Encode(Options with { Protocol = protocol, TimeoutMs = 50 });

        Assert.Equal(3 * frames.FrameLength, frames.Block.Length);
        byte[] last = frames.Block[(2 * frames.FrameLength)..];
        Assert.Equal(frames.Block[..frames.FrameLength], last);
        Assert.Equal(frames.FrameLength - 4, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(last));
        var arguments = new SendSyncArgs();
        Assert.Equal("sendSync", ReadCall(protocol, last.AsMemory(4), arguments));
        Assert.Equal(37, arguments.Message!.Body.GetValueOrDefault().Length);
        Assert.Equal(50, arguments.Timeout);
        Assert.Equal(-2, arguments.Message.PartitionId);
    }

    [Fact]
    public void Encode_SendBatchSync_CarriesTheWholeBatch()
    {
        RequestFrames frames = RequestFrames.Encode(Options with { Method = ProducerServiceMethod.SendBatchSync, Batch = 12, Pipeline = 1 });

        var arguments = new SendBatchSyncArgs();
        Assert.Equal("sendBatchSync", ReadCall(ThriftProtocol.Compact, frames.Block.AsMemory(4), arguments));
        Assert.Equal(12, arguments.Messages!.Count);
    }

    [Fact]
    public void Encode_FramesLargerThanTheBlock_AreOneCopy()
    {
        RequestFrames frames = RequestFrames.Encode(Options with { BodySize = 100_000, Pipeline = 50 });

        Assert.Equal(frames.FrameLength, frames.Block.Length);
    }

    [Fact]
    public void Due_AfterManyRequests_HasNotDrifted()
    {
        // 3 does not divide a second: a period rounded once would be 1/3 ns short for each request.
        var schedule = new OpenLoopSchedule(begin: 1000, requestsPerSecond: 3, thread: 0, threads: 1);
        for (int i = 0; i < 3_000_000; i++)
        {
            schedule.Advance();
        }

        Assert.Equal(1000 + 1_000_000_000_000_000, schedule.Due);
    }

    [Fact]
    public void Due_SeveralThreads_TakeTurns()
    {
        OpenLoopSchedule[] schedules = [.. Enumerable.Range(0, 4).Select(thread => new OpenLoopSchedule(0, 1000, thread, 4))];
        var due = new List<long>();
        for (int round = 0; round < 3; round++)
        {
            foreach (OpenLoopSchedule schedule in schedules)
            {
                due.Add(schedule.Due);
                schedule.Advance();
            }
        }

        Assert.Equal(Enumerable.Range(0, 12).Select(i => i * 1_000_000L), due);
    }

    [Fact]
    public void Tally_ClosedLoop_RecordsWhatEndsInTheWindow()
    {
        var tally = new LoadTally(new LoadWindow(0, 100, 200), isOpenLoop: false);
        for (int i = 0; i < 4; i++)
        {
            tally.Begun();
        }

        tally.Answered(begun: 50, now: 99, code: 0, default);
        tally.Answered(begun: 90, now: 100, code: 0, default);
        tally.Answered(begun: 150, now: 199, code: 15, "limit"u8);
        tally.Answered(begun: 190, now: 200, code: 0, default);

        Assert.Equal(2, tally.RequestsInWindow);
        Assert.Equal(2, tally.Latency.Count);
        Assert.Equal((1, 1), (tally.Replies.Ok, tally.Replies.Failures));
        Assert.Equal((4, 0, 1), (tally.Completed, tally.InFlight, tally.Errors));
    }

    [Fact]
    public void Tally_OpenLoop_RecordsWhatWasDueInTheWindowHoweverLate()
    {
        var tally = new LoadTally(new LoadWindow(0, 100, 200), isOpenLoop: true);
        for (int i = 0; i < 3; i++)
        {
            tally.Begun();
        }

        tally.Answered(begun: 99, now: 150, code: 0, default);
        tally.Answered(begun: 199, now: 900, code: 0, default);
        tally.GivenUp(begun: 150, now: 1150);
        tally.NotSent(due: 180, now: 1180);
        tally.NotSent(due: 250, now: 1180);

        Assert.Equal(1, tally.RequestsInWindow);
        Assert.Equal((1, 1), (tally.Unanswered, tally.Unsent));
        Assert.Equal(3, tally.Latency.Count);
        Assert.Equal(1000, tally.Latency.Max);
        Assert.Equal(0, tally.InFlight);
    }

    [Fact]
    public void Count_CodesOfEveryKind_HaveARowEach()
    {
        var counts = new ReplyCounts();
        counts.Count(ReplyCounts.ExceptionCode, "no such method"u8);
        counts.Count(0, "OK"u8);
        counts.Count(38, "x"u8);
        counts.Count(39, "unknown"u8);
        counts.Count(-7, "unknown too"u8);

        Assert.Equal(
            ["EXCEPTION 1 no such method", "OK 1 ", "FAIL_ILLEGAL_DELAY_LOOP_EXPONENT_BASE 1 x", "OTHER 2 unknown"],
            counts.Rows.Select(row => $"{ReplyCounts.Name(row.Code)} {row.Count} {row.Text}"));
        Assert.Equal((1, 4), (counts.Ok, counts.Failures));
    }

    private static string ReadCall<T>(ThriftProtocol protocol, ReadOnlyMemory<byte> frame, T arguments)
        where T : class, IThriftStruct
    {
        if (protocol == ThriftProtocol.Compact)
        {
            var compact = new CompactReader(frame, ThriftLimits.Default);
            string name = Encoding.UTF8.GetString(compact.ReadMessageBegin().Name.Span);
            arguments.Read(ref compact);
            return name;
        }

        var binary = new BinaryProtocolReader(frame, ThriftLimits.Default);
        string method = Encoding.UTF8.GetString(binary.ReadMessageBegin().Name.Span);
        arguments.Read(ref binary);
        return method;
    }
}
