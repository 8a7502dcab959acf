using System.Buffers.Binary;
using Ddmq.Storage.RocketMq.Remoting;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

public sealed class FrameInputTests
{
    [Fact]
    public void TryCut_FramesSplitInTwoAnywhere_GivesThemWhole()
    {
        byte[] stream = [.. Frame(5), .. Frame(0), .. Frame(1), .. Frame(300)];

        for (int split = 0; split <= stream.Length; split++)
        {
            var input = new FrameInput();
            var lengths = new List<int>();
            Receive(input, stream.AsSpan(0, split), lengths);
            Receive(input, stream.AsSpan(split), lengths);
            Assert.Equal([5, 0, 1, 300], lengths);
        }
    }

    [Fact]
    public void TryCut_ByteByByte_GivesThemWhole()
    {
        byte[] stream = [.. Frame(5), .. Frame(0), .. Frame(1), .. Frame(300)];
        var input = new FrameInput();
        var lengths = new List<int>();

        foreach (byte each in stream)
        {
            Receive(input, [each], lengths);
        }

        Assert.Equal([5, 0, 1, 300], lengths);
    }

    [Fact]
    public void TryCut_FramesLargerThanTheBuffer_AreGathered()
    {
        byte[] stream = [.. Frame(10), .. Frame(200_000), .. Frame(70_000), .. Frame(3), .. Frame(FrameLimits.MaxFrame), .. Frame(1)];
        var input = new FrameInput();
        var lengths = new List<int>();

        for (int at = 0; at < stream.Length; at += 60_001)
        {
            Receive(input, stream.AsSpan(at, Math.Min(60_001, stream.Length - at)), lengths);
        }

        Assert.Equal([10, 200_000, 70_000, 3, FrameLimits.MaxFrame, 1], lengths);
        Assert.InRange(input.Room().Length, 1, 64 * 1024);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(FrameLimits.MaxFrame + 1)]
    [InlineData(int.MaxValue)]
    public void TryCut_LengthOutOfRange_IsNamed(int length)
    {
        var input = new FrameInput();
        byte[] bytes = [.. Frame(2), 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(6), length);
        bytes.CopyTo(input.Room());
        input.Received(bytes.Length);

        Assert.True(input.TryCut(out _, out int? badLength));
        Assert.Null(badLength);
        Assert.False(input.TryCut(out _, out badLength));
        Assert.Equal(length, badLength);
    }

    private static byte[] Frame(int length)
    {
        byte[] frame = new byte[4 + length];
        BinaryPrimitives.WriteInt32BigEndian(frame, length);
        frame.AsSpan(4).Fill((byte)length);
        return frame;
    }

    private static void Receive(FrameInput input, ReadOnlySpan<byte> bytes, List<int> lengths)
    {
        while (!bytes.IsEmpty)
        {
            Span<byte> room = input.Room();
            int count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            input.Received(count);
            bytes = bytes[count..];
            while (input.TryCut(out ReadOnlySpan<byte> frame, out int? badLength))
            {
                Assert.Null(badLength);
                Assert.True(frame.IndexOfAnyExcept((byte)frame.Length) < 0);
                lengths.Add(frame.Length);
            }
        }
    }
}
