using System.Text;
using Ddmq.Storage.RocketMq.Remoting;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

public sealed class ResponseFrameTests
{
    [Fact]
    public void TryRead_SendReplyOfALiveBroker_GivesItsParts()
    {
        byte[] frame = Vectors.JsonFrame(Vectors.SendReplyHeader);

        Assert.Equal("000000EC000000E8", Convert.ToHexString(frame.AsSpan(0, 8)));
        Assert.True(ResponseFrame.TryRead(frame.AsSpan(4), out ResponseFrame response));
        Assert.Equal((0, 12, 1L, true), (response.Code, response.Opaque, response.QueueOffset, response.IsResponse));
        Assert.Null(response.Remark);
        Assert.True(response.Body.IsEmpty);
    }

    [Fact]
    public void TryRead_RouteReplyOfALiveNameServer_GivesItsBody()
    {
        byte[] frame = Vectors.JsonFrame(Vectors.RouteReplyHeader, Encoding.UTF8.GetBytes(Vectors.RouteReplyBody));

        Assert.Equal(337, frame.Length);
        Assert.Equal("0000014D00000060", Convert.ToHexString(frame.AsSpan(0, 8)));
        Assert.True(ResponseFrame.TryRead(frame.AsSpan(4), out ResponseFrame response));
        Assert.Equal(Vectors.RouteReplyBody, Encoding.UTF8.GetString(response.Body));
    }

    [Fact]
    public void TryRead_BinaryRequestOfALiveClient_IsNoResponse()
    {
        Assert.True(ResponseFrame.TryRead(Vectors.BinarySend.AsSpan(4), out ResponseFrame request));

        Assert.False(request.IsResponse);
        Assert.Equal((310, 12), (request.Code, request.Opaque));
        Assert.Equal("hello"u8.ToArray(), request.Body.ToArray());
    }

    [Theory]
    [InlineData(HeaderEncoding.Json)]
    [InlineData(HeaderEncoding.Binary)]
    public void TryRead_ErrorWithRemark_GivesCodeAndText(HeaderEncoding encoding)
    {
        byte[] frame = Reply(encoding, 2, 77, "[TIMEOUT_CLEAN_QUEUE]\u0001 \"busy\" \u4e2d", offset: -5);

        Assert.True(ResponseFrame.TryRead(frame.AsSpan(4), out ResponseFrame response));

        Assert.Equal((2, 77, -5L), (response.Code, response.Opaque, response.QueueOffset));
        Assert.Equal("[TIMEOUT_CLEAN_QUEUE]\u0001 \"busy\" \u4e2d", response.Remark);
    }

    [Theory]
    [InlineData("{\"opaque\":1,\"queueOffset\":\"4\",\"extFields\":{\"queueOffset\":9},\"more\":{\"a\":[1,{}]},\"flag\":1}", 9)]
    [InlineData("{\"opaque\":1,\"extFields\":null,\"remark\":null}", -1)]
    [InlineData("{\"opaque\":1,\"extFields\":{\"queueOffset\":\"1x\"}}", -1)]
    [InlineData("{\"opaque\":1,\"extFields\":{\"queueOffset\":\"99999999999999999999\"}}", -1)]
    [InlineData("{\"opaque\":1,\"extFields\":{\"a\":{\"queueOffset\":\"3\"},\"queueOffset\":\"5\"}}", 5)]
    public void TryRead_JsonOfOtherShapes_IsTolerated(string header, long offset)
    {
        Assert.True(ResponseFrame.TryRead(Vectors.JsonFrame(header).AsSpan(4), out ResponseFrame response));

        Assert.Equal((1, offset), (response.Opaque, response.QueueOffset));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"opaque\":1}x")]
    [InlineData("{\"opaque\":1")]
    [InlineData("{\"opaque\":\"x\"}")]
    [InlineData("{\"opaque\":1.5}")]
    [InlineData("{\"opaque\":99999999999}")]
    public void TryRead_JsonThatIsNoHeader_IsRefused(string header) =>
        Assert.False(ResponseFrame.TryRead(Vectors.JsonFrame(header).AsSpan(4), out _));

    [Theory]
    [InlineData(HeaderEncoding.Json)]
    [InlineData(HeaderEncoding.Binary)]
    public void TryRead_CutOffInsideTheHeader_IsRefused(HeaderEncoding encoding)
    {
        byte[] frame = Reply(encoding, 0, 3, "remark", 8);
        int headerEnd = frame.Length;

        for (int length = 4; length < headerEnd; length++)
        {
            Assert.False(ResponseFrame.TryRead(frame.AsSpan(4, length - 4), out _), $"{length} of {headerEnd} bytes");
        }
    }

    [Theory]
    [InlineData(HeaderEncoding.Json)]
    [InlineData(HeaderEncoding.Binary)]
    public void TryRead_HeaderLengthShortened_IsRefused(HeaderEncoding encoding)
    {
        byte[] frame = Reply(encoding, 0, 3, "remark", 8);
        int headerLength = frame.Length - 8;

        for (int shorter = 0; shorter < headerLength; shorter++)
        {
            byte[] cut = [.. frame];
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(cut.AsSpan(4), ((int)encoding << 24) | shorter);
            Assert.False(ResponseFrame.TryRead(cut.AsSpan(4), out _), $"header of {shorter} instead of {headerLength} bytes");
        }
    }

    [Theory]
    [InlineData(9)]
    [InlineData(2)]
    [InlineData(255)]
    public void TryRead_UnknownSerializeType_IsRefused(byte type)
    {
        byte[] frame = Vectors.JsonFrame(Vectors.SendReplyHeader);
        frame[4] = type;

        Assert.False(ResponseFrame.TryRead(frame.AsSpan(4), out _));
    }

    [Theory]
    [InlineData(HeaderEncoding.Json)]
    [InlineData(HeaderEncoding.Binary)]
    public void TryRead_BytesChangedAtRandom_NeitherThrowsNorReadsOutside(HeaderEncoding encoding)
    {
        byte[] original = Reply(encoding, 1, 3, "remark \u0001", 8);
        var random = new Random(20261105);
        int accepted = 0;

        for (int round = 0; round < 20_000; round++)
        {
            byte[] frame = [.. original];
            for (int change = random.Next(1, 5); change > 0; change--)
            {
                frame[random.Next(4, frame.Length)] = (byte)random.Next(256);
            }

            if (ResponseFrame.TryRead(frame.AsSpan(4), out ResponseFrame response))
            {
                accepted++;
                _ = response.Remark;
                Assert.InRange(response.Body.Length, 0, frame.Length - 8);
            }
        }

        Assert.InRange(accepted, 1, 19_999);
    }

    /// <summary>A reply without body, in either encoding.</summary>
    internal static byte[] Reply(HeaderEncoding encoding, int code, int opaque, string remark, long offset)
    {
        if (encoding == HeaderEncoding.Json)
        {
            string text = System.Text.Json.JsonSerializer.Serialize(new
            {
                code,
                extFields = new Dictionary<string, string> { ["queueId"] = "1", ["queueOffset"] = $"{offset}" },
                flag = 1,
                language = "JAVA",
                opaque,
                remark,
            });
            return Vectors.JsonFrame(text);
        }

        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        byte[] remarkBytes = Encoding.UTF8.GetBytes(remark);
        byte[] value = Encoding.UTF8.GetBytes($"{offset}");
        int fieldsLength = 2 + 11 + 4 + value.Length;
        int headerLength = 21 + remarkBytes.Length + fieldsLength;
        Int32(4 + headerLength);
        Int32((1 << 24) | headerLength);
        Int16(code);
        writer.Write((byte)0);
        Int16(407);
        Int32(opaque);
        Int32(1);
        Int32(remarkBytes.Length);
        writer.Write(remarkBytes);
        Int32(fieldsLength);
        Int16(11);
        writer.Write("queueOffset"u8);
        Int32(value.Length);
        writer.Write(value);
        return stream.ToArray();

        void Int32(int number) => writer.Write(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(number));

        void Int16(int number) => writer.Write(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness((short)number));
    }
}
