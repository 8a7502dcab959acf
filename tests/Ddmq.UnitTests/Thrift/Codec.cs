using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Xunit;

namespace Ddmq.UnitTests.Thrift;

/// <summary>Whole messages to and from bytes, in the protocol a test asks for.</summary>
internal static class Codec
{
    /// <summary>Reads a message into <paramref name="target"/>, which must use up all of it.</summary>
    public static ThriftMessageHeader Decode<T>(ThriftProtocol protocol, ReadOnlyMemory<byte> frame, T target, ThriftLimits? limits = null)
        where T : class, IThriftStruct
    {
        if (protocol == ThriftProtocol.Compact)
        {
            var reader = new CompactReader(frame, limits ?? ThriftLimits.Default);
            return Decode(ref reader, target);
        }
        else
        {
            var reader = new BinaryProtocolReader(frame, limits ?? ThriftLimits.Default);
            return Decode(ref reader, target);
        }
    }

    /// <summary>Reads a message the way its header says: a known call or reply, an exception, or a struct to be skipped.</summary>
    public static void DecodeAny(ThriftProtocol protocol, ReadOnlyMemory<byte> frame, CallStructs structs)
    {
        if (protocol == ThriftProtocol.Compact)
        {
            var reader = new CompactReader(frame, ThriftLimits.Default);
            DecodeAny(ref reader, structs);
        }
        else
        {
            var reader = new BinaryProtocolReader(frame, ThriftLimits.Default);
            DecodeAny(ref reader, structs);
        }
    }

    /// <summary>Writes a message.</summary>
    public static byte[] Encode<T>(ThriftProtocol protocol, ReadOnlySpan<byte> name, ThriftMessageType type, int sequenceId, T source)
        where T : class, IThriftStruct
    {
        var buffer = new ThriftBuffer();
        if (protocol == ThriftProtocol.Compact)
        {
            var writer = new CompactWriter(buffer);
            writer.WriteMessageBegin(name, type, sequenceId);
            source.Write(ref writer);
        }
        else
        {
            var writer = new BinaryProtocolWriter(buffer);
            writer.WriteMessageBegin(name, type, sequenceId);
            source.Write(ref writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a struct that stands alone.</summary>
    public static T DecodeStruct<T>(ThriftProtocol protocol, ReadOnlyMemory<byte> bytes, T? target = null, ThriftLimits? limits = null)
        where T : class, IThriftStruct, new()
    {
        target ??= new T();
        if (protocol == ThriftProtocol.Compact)
        {
            var reader = new CompactReader(bytes, limits ?? ThriftLimits.Default);
            target.Read(ref reader);
        }
        else
        {
            var reader = new BinaryProtocolReader(bytes, limits ?? ThriftLimits.Default);
            target.Read(ref reader);
        }

        return target;
    }

    /// <summary>Writes a struct that stands alone.</summary>
    public static byte[] EncodeStruct<T>(ThriftProtocol protocol, T source)
        where T : class, IThriftStruct
    {
        var buffer = new ThriftBuffer();
        if (protocol == ThriftProtocol.Compact)
        {
            var writer = new CompactWriter(buffer);
            source.Write(ref writer);
        }
        else
        {
            var writer = new BinaryProtocolWriter(buffer);
            source.Write(ref writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Skips a value that stands alone, and says how many bytes it took.</summary>
    public static int Skip(ThriftProtocol protocol, ReadOnlyMemory<byte> bytes, ThriftType type, ThriftLimits? limits = null)
    {
        if (protocol == ThriftProtocol.Compact)
        {
            var reader = new CompactReader(bytes, limits ?? ThriftLimits.Default);
            reader.Skip(type);
            return reader.Position;
        }
        else
        {
            var reader = new BinaryProtocolReader(bytes, limits ?? ThriftLimits.Default);
            reader.Skip(type);
            return reader.Position;
        }
    }

    private static ThriftMessageHeader Decode<TReader, T>(scoped ref TReader reader, T target)
        where TReader : struct, IThriftReader, allows ref struct
        where T : class, IThriftStruct
    {
        ThriftMessageHeader header = reader.ReadMessageBegin();
        target.Read(ref reader);
        Assert.Equal(0, reader.Remaining);
        return header;
    }

    private static void DecodeAny<TReader>(scoped ref TReader reader, CallStructs structs)
        where TReader : struct, IThriftReader, allows ref struct
    {
        ThriftMessageHeader header = reader.ReadMessageBegin();
        if (header.Type == ThriftMessageType.Exception)
        {
            ThriftApplicationErrors.Read(ref reader, out _);
        }
        else if (!ProducerServiceMethods.TryParse(header.Name.Span, out ProducerServiceMethod method))
        {
            reader.Skip(ThriftType.Struct);
        }
        else
        {
            structs.For(method, header.Type).Read(ref reader);
        }
    }
}
