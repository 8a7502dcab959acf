using Ddmq.Thrift.Protocol;
using Xunit;

namespace Ddmq.UnitTests.Thrift;

/// <summary>Single values through a writer and a reader, and the exact bytes where the protocol's document gives them.</summary>
public class PrimitiveTests
{
    private static readonly long[] Numbers =
        [.. Enumerable.Range(0, 64).SelectMany(bit => new[] { 1L << bit, (1L << bit) - 1, -(1L << bit), ~(1L << bit) }), 0, -1];

    [Theory]
    [InlineData(0, "00")]
    [InlineData(-1, "01")]
    [InlineData(1, "02")]
    [InlineData(63, "7e")]
    [InlineData(64, "8001")]
    [InlineData(-65, "8101")]
    [InlineData(int.MaxValue, "feffffff0f")]
    [InlineData(int.MinValue, "ffffffff0f")]
    public void CompactI32_IsAZigzagVarint(int value, string hex)
    {
        var buffer = new ThriftBuffer();
        var writer = new CompactWriter(buffer);

        writer.WriteI32(value);

        Assert.Equal(hex, Convert.ToHexStringLower(buffer.WrittenSpan));
        Assert.Equal(value, new CompactReader(Convert.FromHexString(hex), ThriftLimits.Default).ReadI32());
    }

    [Fact]
    public void CompactDouble_IsLittleEndian()
    {
        var buffer = new ThriftBuffer();
        var writer = new CompactWriter(buffer);

        writer.WriteDouble(1.0);

        Assert.Equal("000000000000f03f", Convert.ToHexStringLower(buffer.WrittenSpan));
    }

    [Fact]
    public void Compact_EveryPrimitive_ComesBack()
    {
        var buffer = new ThriftBuffer();
        var writer = new CompactWriter(buffer);
        WritePrimitives(ref writer);
        var reader = new CompactReader(buffer.WrittenMemory, ThriftLimits.Default);

        ReadPrimitives(ref reader);
    }

    [Fact]
    public void Binary_EveryPrimitive_ComesBack()
    {
        var buffer = new ThriftBuffer();
        var writer = new BinaryProtocolWriter(buffer);
        WritePrimitives(ref writer);
        var reader = new BinaryProtocolReader(buffer.WrittenMemory, ThriftLimits.Default);

        ReadPrimitives(ref reader);
    }

    [Theory]
    [InlineData(new short[] { 1, 2, 17, 33, 1000, short.MaxValue })]
    [InlineData(new short[] { 15, 16, 32, 3, 0, -5, short.MinValue })]
    public void FieldIds_InAnyOrderAndDistance_ComeBack(short[] ids)
    {
        var compact = new ThriftBuffer();
        var compactWriter = new CompactWriter(compact);
        WriteFields(ref compactWriter, ids);
        var binary = new ThriftBuffer();
        var binaryWriter = new BinaryProtocolWriter(binary);
        WriteFields(ref binaryWriter, ids);

        var compactReader = new CompactReader(compact.WrittenMemory, ThriftLimits.Default);
        var binaryReader = new BinaryProtocolReader(binary.WrittenMemory, ThriftLimits.Default);

        Assert.Equal(ids, ReadFields(ref compactReader));
        Assert.Equal(ids, ReadFields(ref binaryReader));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(200)]
    public void CompactContainers_OfAnySize_ComeBack(int count)
    {
        var buffer = new ThriftBuffer();
        var writer = new CompactWriter(buffer);
        writer.WriteListBegin(ThriftType.Bool, count);
        WriteBools(ref writer, count);
        writer.WriteSetBegin(ThriftType.Bool, count);
        WriteBools(ref writer, count);
        writer.WriteMapBegin(ThriftType.Bool, ThriftType.Byte, count);
        for (int i = 0; i < count; i++)
        {
            writer.WriteBool(i % 2 == 0);
            writer.WriteByte((sbyte)i);
        }

        var reader = new CompactReader(buffer.WrittenMemory, ThriftLimits.Default);
        reader.ReadListBegin(out ThriftType element, out int elements);
        Assert.Equal((ThriftType.Bool, count), (element, elements));
        ReadBools(ref reader, count);
        reader.ReadSetBegin(out element, out elements);
        Assert.Equal((ThriftType.Bool, count), (element, elements));
        ReadBools(ref reader, count);
        reader.ReadMapBegin(out ThriftType key, out ThriftType value, out int pairs);
        Assert.Equal(count, pairs);
        Assert.Equal(count == 0 ? ThriftType.Stop : ThriftType.Bool, key);
        Assert.Equal(count == 0 ? ThriftType.Stop : ThriftType.Byte, value);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(i % 2 == 0, reader.ReadBool());
            Assert.Equal((sbyte)i, reader.ReadByte());
        }

        Assert.Equal(0, reader.Remaining);
    }

    [Theory]
    [InlineData(ThriftMessageType.Call)]
    [InlineData(ThriftMessageType.Oneway)]
    [InlineData((ThriftMessageType)0)]
    [InlineData((ThriftMessageType)7)]
    public void MessageHeader_OfAnyType_ComesBack(ThriftMessageType type)
    {
        foreach (int sequenceId in new[] { 0, 1, 128, int.MaxValue, -1, int.MinValue })
        {
            var compact = new ThriftBuffer();
            new CompactWriter(compact).WriteMessageBegin("name"u8, type, sequenceId);
            var binary = new ThriftBuffer();
            new BinaryProtocolWriter(binary).WriteMessageBegin("name"u8, type, sequenceId);

            ThriftMessageHeader first = new CompactReader(compact.WrittenMemory, ThriftLimits.Default).ReadMessageBegin();
            ThriftMessageHeader second = new BinaryProtocolReader(binary.WrittenMemory, ThriftLimits.Default).ReadMessageBegin();

            Assert.Equal((type, sequenceId), (first.Type, first.SequenceId));
            Assert.Equal((type, sequenceId), (second.Type, second.SequenceId));
            Assert.True(first.Name.Span.SequenceEqual("name"u8));
            Assert.True(second.Name.Span.SequenceEqual("name"u8));
        }
    }

    private static void WritePrimitives<TWriter>(scoped ref TWriter writer)
        where TWriter : struct, IThriftWriter, allows ref struct
    {
        foreach (long number in Numbers)
        {
            writer.WriteI64(number);
            writer.WriteI32((int)number);
            writer.WriteI16((short)number);
            writer.WriteByte((sbyte)number);
            writer.WriteDouble(number / 3.0);
            writer.WriteBool(number % 2 == 0);
        }
    }

    private static void ReadPrimitives<TReader>(scoped ref TReader reader)
        where TReader : struct, IThriftReader, allows ref struct
    {
        foreach (long number in Numbers)
        {
            Assert.Equal(number, reader.ReadI64());
            Assert.Equal((int)number, reader.ReadI32());
            Assert.Equal((short)number, reader.ReadI16());
            Assert.Equal((sbyte)number, reader.ReadByte());
            Assert.Equal(number / 3.0, reader.ReadDouble());
            Assert.Equal(number % 2 == 0, reader.ReadBool());
        }

        Assert.Equal(0, reader.Remaining);
    }

    // Each field is a struct with a bool in it, so that ids have to survive nesting.
    private static void WriteFields<TWriter>(scoped ref TWriter writer, short[] ids)
        where TWriter : struct, IThriftWriter, allows ref struct
    {
        writer.WriteStructBegin();
        foreach (short id in ids)
        {
            writer.WriteFieldBegin(ThriftType.Struct, id);
            writer.WriteStructBegin();
            writer.WriteFieldBegin(ThriftType.Bool, 7);
            writer.WriteBool(id % 2 == 0);
            writer.WriteFieldStop();
            writer.WriteStructEnd();
        }

        writer.WriteFieldStop();
        writer.WriteStructEnd();
    }

    private static List<short> ReadFields<TReader>(scoped ref TReader reader)
        where TReader : struct, IThriftReader, allows ref struct
    {
        var ids = new List<short>();
        reader.ReadStructBegin();
        while (reader.ReadFieldBegin(out ThriftType type, out short id))
        {
            Assert.Equal(ThriftType.Struct, type);
            reader.ReadStructBegin();
            Assert.True(reader.ReadFieldBegin(out ThriftType inner, out short innerId));
            Assert.Equal((ThriftType.Bool, 7), (inner, innerId));
            Assert.Equal(id % 2 == 0, reader.ReadBool());
            Assert.False(reader.ReadFieldBegin(out _, out _));
            reader.ReadStructEnd();
            ids.Add(id);
        }

        reader.ReadStructEnd();
        Assert.Equal(0, reader.Remaining);
        return ids;
    }

    private static void WriteBools(scoped ref CompactWriter writer, int count)
    {
        for (int i = 0; i < count; i++)
        {
            writer.WriteBool(i % 2 == 0);
        }
    }

    private static void ReadBools(scoped ref CompactReader reader, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(i % 2 == 0, reader.ReadBool());
        }
    }
}
