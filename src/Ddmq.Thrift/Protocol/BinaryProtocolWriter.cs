using System.Buffers.Binary;

namespace Ddmq.Thrift.Protocol;

/// <summary>Writes the strict binary protocol; the grammar is at <see cref="BinaryProtocolReader"/>.</summary>
public readonly struct BinaryProtocolWriter : IThriftWriter
{
    private readonly ThriftBuffer _buffer;

    /// <param name="buffer">Where to append.</param>
    public BinaryProtocolWriter(ThriftBuffer buffer) => _buffer = buffer;

    /// <inheritdoc/>
    public void WriteMessageBegin(ReadOnlySpan<byte> name, ThriftMessageType type, int sequenceId)
    {
        WriteI32(BinaryProtocolReader.Version1 | (byte)type);
        WriteBinary(name);
        WriteI32(sequenceId);
    }

    /// <inheritdoc/>
    public void WriteStructBegin()
    {
    }

    /// <inheritdoc/>
    public void WriteStructEnd()
    {
    }

    /// <inheritdoc/>
    public void WriteFieldBegin(ThriftType type, short id)
    {
        _buffer.Add((byte)type);
        WriteI16(id);
    }

    /// <inheritdoc/>
    public void WriteFieldStop() => _buffer.Add((byte)ThriftType.Stop);

    /// <inheritdoc/>
    public void WriteBool(bool value) => _buffer.Add(value ? (byte)1 : (byte)0);

    /// <inheritdoc/>
    public void WriteByte(sbyte value) => _buffer.Add((byte)value);

    /// <inheritdoc/>
    public void WriteI16(short value) => BinaryPrimitives.WriteInt16BigEndian(_buffer.Take(sizeof(short)), value);

    /// <inheritdoc/>
    public void WriteI32(int value) => BinaryPrimitives.WriteInt32BigEndian(_buffer.Take(sizeof(int)), value);

    /// <inheritdoc/>
    public void WriteI64(long value) => BinaryPrimitives.WriteInt64BigEndian(_buffer.Take(sizeof(long)), value);

    /// <inheritdoc/>
    public void WriteDouble(double value) => BinaryPrimitives.WriteDoubleBigEndian(_buffer.Take(sizeof(double)), value);

    /// <inheritdoc/>
    public void WriteBinary(ReadOnlySpan<byte> value)
    {
        WriteI32(value.Length);
        value.CopyTo(_buffer.Take(value.Length));
    }

    /// <inheritdoc/>
    public void WriteListBegin(ThriftType element, int count)
    {
        _buffer.Add((byte)element);
        WriteI32(count);
    }

    /// <inheritdoc/>
    public void WriteSetBegin(ThriftType element, int count) => WriteListBegin(element, count);

    /// <inheritdoc/>
    public void WriteMapBegin(ThriftType key, ThriftType value, int count)
    {
        _buffer.Add((byte)key);
        _buffer.Add((byte)value);
        WriteI32(count);
    }
}
