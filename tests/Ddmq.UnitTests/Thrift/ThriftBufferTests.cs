using Ddmq.Thrift.Protocol;
using Xunit;

namespace Ddmq.UnitTests.Thrift;

public class ThriftBufferTests
{
    [Fact]
    public void Frames_FollowingEachOther_CarryTheirOwnLengths()
    {
        var buffer = new ThriftBuffer();

        buffer.BeginFrame();
        new CompactWriter(buffer).WriteBinary("ab"u8);
        buffer.EndFrame();
        buffer.BeginFrame();
        buffer.EndFrame();
        buffer.BeginFrame();
        new CompactWriter(buffer).WriteBinary(new byte[300]);
        buffer.EndFrame();

        Assert.Equal("00000003" + "026162" + "00000000" + "0000012e" + "ac02", Convert.ToHexStringLower(buffer.WrittenSpan[..17]));
        Assert.Equal(4 + 3 + 4 + 4 + 302, buffer.Length);
    }

    [Fact]
    public void AbandonedFrame_LeavesTheOnesBefore()
    {
        var buffer = new ThriftBuffer();
        buffer.BeginFrame();
        new CompactWriter(buffer).WriteByte(7);
        buffer.EndFrame();

        buffer.BeginFrame();
        new CompactWriter(buffer).WriteBinary(new byte[10_000]);
        buffer.AbandonFrame();

        Assert.Equal("0000000107", Convert.ToHexStringLower(buffer.WrittenSpan));
    }

    [Fact]
    public void Growth_KeepsWhatWasWritten()
    {
        var buffer = new ThriftBuffer();
        byte[] expected = new byte[1_000_000];
        new Random(1).NextBytes(expected);

        for (int at = 0; at < expected.Length; at += 1000)
        {
            expected.AsSpan(at, 1000).CopyTo(buffer.GetSpan(1000));
            buffer.Advance(1000);
        }

        Assert.True(buffer.WrittenSpan.SequenceEqual(expected));
        Assert.True(buffer.WrittenMemory.Span.SequenceEqual(expected));
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(4096, true)]
    [InlineData(4097, false)]
    [InlineData(1_000_000, false)]
    public void Reset_KeepsASmallArrayAndGivesBackALargeOne(int size, bool kept)
    {
        var buffer = new ThriftBuffer();
        buffer.GetSpan(size);
        buffer.Advance(size);

        buffer.Reset();

        Assert.Equal(0, buffer.Length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int free = buffer.GetMemory().Length;
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(kept, allocated == 0);
        Assert.InRange(free, 1, 4096);
    }

    [Fact]
    public void Indexer_ReachesWhatWasWrittenAndNothingElse()
    {
        var buffer = new ThriftBuffer();
        new CompactWriter(buffer).WriteByte(1);

        buffer[0] = 9;

        Assert.Equal(9, buffer.WrittenSpan[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer[-1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Advance(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Advance(10_000));
    }
}
