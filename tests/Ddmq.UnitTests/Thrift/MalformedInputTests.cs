using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Xunit;

namespace Ddmq.UnitTests.Thrift;

public class MalformedInputTests
{
    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void EveryCapturedMessage_CutAnywhere_IsTruncated(ThriftProtocol protocol)
    {
        var structs = new CallStructs();
        foreach (CapturedMessage captured in CapturedMessage.All.Where(message => message.Protocol == protocol))
        {
            Codec.DecodeAny(protocol, captured.Bytes, structs);
            for (int length = 0; length < captured.Bytes.Length; length++)
            {
                var error = Assert.Throws<ThriftFormatException>(
                    () => Codec.DecodeAny(protocol, captured.Bytes.AsMemory(0, length), structs));
                Assert.Equal(ThriftFormatError.Truncated, error.Kind);
            }
        }
    }

    // Compact: type nibbles 8 string, 9 list, b map, c struct; field 1 is 0x18, 0x19 ... Binary: type, i16 id, then sizes.
    [Theory]
    [InlineData(ThriftProtocol.Compact, "18ffffffff07", ThriftFormatError.Truncated)] // string of 2^31 - 1 bytes
    [InlineData(ThriftProtocol.Compact, "18ffffffff0f", ThriftFormatError.NegativeSize)] // string of -1 bytes
    [InlineData(ThriftProtocol.Compact, "18ffffffff1f", ThriftFormatError.VarintTooLong)] // 33 bits
    [InlineData(ThriftProtocol.Compact, "18ffffffffff01", ThriftFormatError.VarintTooLong)] // no end
    [InlineData(ThriftProtocol.Compact, "19fcffffffff07", ThriftFormatError.Truncated)] // list of 2^31 - 1 structs
    [InlineData(ThriftProtocol.Compact, "19fcffffffff0f", ThriftFormatError.NegativeSize)]
    [InlineData(ThriftProtocol.Compact, "192700", ThriftFormatError.Truncated)] // two doubles in one byte
    [InlineData(ThriftProtocol.Compact, "191d00", ThriftFormatError.UnknownType)] // element type 13
    [InlineData(ThriftProtocol.Compact, "191000", ThriftFormatError.UnknownType)] // element type 0
    [InlineData(ThriftProtocol.Compact, "1bffffffff0788", ThriftFormatError.Truncated)] // map of 2^31 - 1 pairs
    [InlineData(ThriftProtocol.Compact, "1bffffffff0f88", ThriftFormatError.NegativeSize)]
    [InlineData(ThriftProtocol.Compact, "1b01e8", ThriftFormatError.UnknownType)] // key type 14
    [InlineData(ThriftProtocol.Compact, "1d", ThriftFormatError.UnknownType)] // field type 13
    [InlineData(ThriftProtocol.Compact, "08808004", ThriftFormatError.VarintTooLong)] // field id 32768
    [InlineData(ThriftProtocol.Compact, "16ffffffffffffffffff02", ThriftFormatError.VarintTooLong)] // i64 of 65 bits
    [InlineData(ThriftProtocol.Binary, "0b00017fffffff", ThriftFormatError.Truncated)]
    [InlineData(ThriftProtocol.Binary, "0b0001ffffffff", ThriftFormatError.NegativeSize)]
    [InlineData(ThriftProtocol.Binary, "0f00010c7fffffff", ThriftFormatError.Truncated)]
    [InlineData(ThriftProtocol.Binary, "0f00010c80000000", ThriftFormatError.NegativeSize)]
    [InlineData(ThriftProtocol.Binary, "0f00010a0000000200000000", ThriftFormatError.Truncated)] // two i64 in four bytes
    [InlineData(ThriftProtocol.Binary, "0f0001010000000100", ThriftFormatError.UnknownType)] // element type 1
    [InlineData(ThriftProtocol.Binary, "0f0001000000000100", ThriftFormatError.UnknownType)] // element type 0
    [InlineData(ThriftProtocol.Binary, "0d00010b0b7fffffff", ThriftFormatError.Truncated)]
    [InlineData(ThriftProtocol.Binary, "0d00010b0bffffffff", ThriftFormatError.NegativeSize)]
    [InlineData(ThriftProtocol.Binary, "100001", ThriftFormatError.UnknownType)] // field type 16
    [InlineData(ThriftProtocol.Binary, "ff0001", ThriftFormatError.UnknownType)]
    public void Struct_WithAnImpossibleField_IsRefused(ThriftProtocol protocol, string hex, ThriftFormatError expected)
    {
        byte[] bytes = Convert.FromHexString(hex);

        var skipped = Assert.Throws<ThriftFormatException>(() => Codec.Skip(protocol, bytes, ThriftType.Struct));
        var read = Assert.Throws<ThriftFormatException>(() => Codec.DecodeStruct<SendBatchSyncArgs>(protocol, bytes));

        Assert.Equal(expected, skipped.Kind);
        Assert.Equal(expected, read.Kind);
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact, "8022", ThriftFormatError.BadProtocolId)]
    [InlineData(ThriftProtocol.Compact, "8222", ThriftFormatError.BadVersion)]
    [InlineData(ThriftProtocol.Compact, "8220", ThriftFormatError.BadVersion)]
    [InlineData(ThriftProtocol.Compact, "", ThriftFormatError.Truncated)]
    [InlineData(ThriftProtocol.Binary, "80020001", ThriftFormatError.BadVersion)]
    [InlineData(ThriftProtocol.Binary, "82210001", ThriftFormatError.BadVersion)]
    [InlineData(ThriftProtocol.Binary, "0000000873656e6453796e63", ThriftFormatError.BadVersion)] // the old form: the name comes first
    [InlineData(ThriftProtocol.Binary, "800100", ThriftFormatError.Truncated)]
    public void Message_OfAnotherProtocolOrVersion_IsRefused(ThriftProtocol protocol, string hex, ThriftFormatError expected)
    {
        byte[] bytes = Convert.FromHexString(hex);

        var error = Assert.Throws<ThriftFormatException>(() => Codec.DecodeAny(protocol, bytes, new CallStructs()));

        Assert.Equal(expected, error.Kind);
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact, "1c", "00", 64)]
    [InlineData(ThriftProtocol.Binary, "0c0001", "00", 64)]
    [InlineData(ThriftProtocol.Compact, "1c", "00", 10)]
    [InlineData(ThriftProtocol.Binary, "0c0001", "00", 10)]
    public void Structs_NestedToTheLimit_ArePassedOverAndDeeperOnesRefused(ThriftProtocol protocol, string open, string close, int limit)
    {
        var limits = new ThriftLimits { MaxDepth = limit };
        byte[] deepest = Nested(open, close, limit - 1, close);
        byte[] tooDeep = Nested(open, close, limit, close);

        Assert.Equal(deepest.Length, Codec.Skip(protocol, deepest, ThriftType.Struct, limits));
        var error = Assert.Throws<ThriftFormatException>(() => Codec.Skip(protocol, tooDeep, ThriftType.Struct, limits));
        Assert.Equal(ThriftFormatError.DepthLimit, error.Kind);
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact, "19", "13", "01")] // lists of one list, the innermost of one byte
    [InlineData(ThriftProtocol.Binary, "0f00000001", "0300000001", "01")]
    public void Lists_NestedToTheLimit_ArePassedOverAndDeeperOnesRefused(ThriftProtocol protocol, string open, string innermost, string value)
    {
        byte[] deepest = Nested(open, "", ThriftLimits.HighestMaxDepth - 1, innermost + value);

        Assert.Equal(deepest.Length, Codec.Skip(protocol, deepest, ThriftType.List));
        foreach (int levels in new[] { ThriftLimits.HighestMaxDepth, 100_000 })
        {
            byte[] tooDeep = Nested(open, "", levels, innermost + value);
            var error = Assert.Throws<ThriftFormatException>(() => Codec.Skip(protocol, tooDeep, ThriftType.List));
            Assert.Equal(ThriftFormatError.DepthLimit, error.Kind);
        }
    }

    // A container of one element more than the 24 bytes behind its header can hold.
    [Theory]
    [InlineData(ThriftProtocol.Compact, ThriftType.List, "fc19", "fc18")] // 25 structs of one byte
    [InlineData(ThriftProtocol.Compact, ThriftType.Set, "47", "37")] // 4 doubles of eight
    [InlineData(ThriftProtocol.Compact, ThriftType.Map, "0d88", "0c88")] // 13 pairs of two
    [InlineData(ThriftProtocol.Binary, ThriftType.List, "0c00000019", "0c00000018")] // 25 structs of one byte
    [InlineData(ThriftProtocol.Binary, ThriftType.Set, "0b00000007", "0b00000006")] // 7 strings of four
    [InlineData(ThriftProtocol.Binary, ThriftType.Map, "0b0b00000004", "0b0b00000003")] // 4 pairs of eight
    public void Container_LargerThanTheRestOfTheFrame_IsRefusedAtItsHeader(
        ThriftProtocol protocol, ThriftType type, string tooMany, string justFits)
    {
        string rest = new('0', 2 * 24);

        ReadHeader(protocol, Convert.FromHexString(justFits + rest), type);
        var error = Assert.Throws<ThriftFormatException>(() => ReadHeader(protocol, Convert.FromHexString(tooMany + rest), type));

        Assert.Equal(ThriftFormatError.Truncated, error.Kind);
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void Containers_OverTheElementLimit_AreRefusedBeforeTheFirstElement(ThriftProtocol protocol)
    {
        var limits = new ThriftLimits { MaxContainerElements = 10 };
        var list = new ThriftList<Message>();
        for (int i = 0; i < 11; i++)
        {
            list.Add();
        }

        byte[] bytes = Codec.EncodeStruct(protocol, new SendBatchSyncArgs { Messages = list });
        var read = new SendBatchSyncArgs();

        var error = Assert.Throws<ThriftFormatException>(() => Codec.DecodeStruct(protocol, bytes, read, limits));

        Assert.Equal(ThriftFormatError.SizeLimit, error.Kind);
        Assert.Null(read.Messages);
        Assert.Contains("11", error.Message, StringComparison.Ordinal);
        Assert.Contains("10", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_OutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ThriftLimits { MaxDepth = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ThriftLimits { MaxDepth = 65 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ThriftLimits { MaxContainerElements = -1 });
    }

    private static void ReadHeader(ThriftProtocol protocol, byte[] bytes, ThriftType type)
    {
        if (protocol == ThriftProtocol.Compact)
        {
            var reader = new CompactReader(bytes, ThriftLimits.Default);
            ReadHeader(ref reader, type);
        }
        else
        {
            var reader = new BinaryProtocolReader(bytes, ThriftLimits.Default);
            ReadHeader(ref reader, type);
        }
    }

    private static void ReadHeader<TReader>(scoped ref TReader reader, ThriftType type)
        where TReader : struct, IThriftReader, allows ref struct
    {
        switch (type)
        {
            case ThriftType.List:
                reader.ReadListBegin(out _, out _);
                break;
            case ThriftType.Set:
                reader.ReadSetBegin(out _, out _);
                break;
            default:
                reader.ReadMapBegin(out _, out _, out _);
                break;
        }
    }

    private static byte[] Nested(string open, string close, int levels, string innermost) => Convert.FromHexString(
        string.Concat(Enumerable.Repeat(open, levels)) + innermost + string.Concat(Enumerable.Repeat(close, levels)));
}
