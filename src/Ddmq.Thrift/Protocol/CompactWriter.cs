using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ddmq.Thrift.Protocol;

/// <summary>Writes the compact protocol; the grammar is at <see cref="CompactReader"/>.</summary>
public ref struct CompactWriter : IThriftWriter
{
    private readonly ThriftBuffer _buffer;
    private int _depth;
    private bool _boolFieldPending;
    private short _boolFieldId;
    private short _lastFieldId;
    private StructStack _outer;

    /// <param name="buffer">Where to append.</param>
    public CompactWriter(ThriftBuffer buffer) => _buffer = buffer;

    /// <inheritdoc/>
    public void WriteMessageBegin(ReadOnlySpan<byte> name, ThriftMessageType type, int sequenceId)
    {
        _buffer.Add(CompactType.ProtocolId);
        _buffer.Add((byte)(CompactType.Version | ((int)type << CompactType.MessageTypeShift)));
        WriteVarint32((uint)sequenceId);
        WriteBinary(name);
    }

    /// <inheritdoc/>
    public void WriteStructBegin()
    {
        _outer[_depth++] = _lastFieldId;
        _lastFieldId = 0;
    }

    /// <inheritdoc/>
    public void WriteStructEnd() => _lastFieldId = _outer[--_depth];

    /// <inheritdoc/>
    public void WriteFieldBegin(ThriftType type, short id)
    {
        if (type == ThriftType.Bool)
        {
            // Its header says which bool it is, so it has to wait for the value.
            _boolFieldPending = true;
            _boolFieldId = id;
            return;
        }

        WriteFieldHeader(CompactType.FromAbstract(type), id);
    }

    /// <inheritdoc/>
    public void WriteFieldStop() => _buffer.Add(0);

    /// <inheritdoc/>
    public void WriteBool(bool value)
    {
        byte compact = value ? CompactType.BoolTrue : CompactType.BoolFalse;
        if (_boolFieldPending)
        {
            _boolFieldPending = false;
            WriteFieldHeader(compact, _boolFieldId);
            return;
        }

        _buffer.Add(compact);
    }

    /// <inheritdoc/>
    public void WriteByte(sbyte value) => _buffer.Add((byte)value);

    /// <inheritdoc/>
    public void WriteI16(short value) => WriteI32(value);

    /// <inheritdoc/>
    public void WriteI32(int value) => WriteVarint32((uint)((value << 1) ^ (value >> 31)));

    /// <inheritdoc/>
    public void WriteI64(long value)
    {
        ulong zigzag = (ulong)((value << 1) ^ (value >> 63));
        if (zigzag <= uint.MaxValue)
        {
            WriteVarint32((uint)zigzag);
            return;
        }

        WriteVarintSlow(zigzag);
    }

    /// <inheritdoc/>
    public void WriteDouble(double value) => BinaryPrimitives.WriteDoubleLittleEndian(_buffer.Take(sizeof(double)), value);

    /// <inheritdoc/>
    public void WriteBinary(ReadOnlySpan<byte> value)
    {
        WriteVarint32((uint)value.Length);
        value.CopyTo(_buffer.Take(value.Length));
    }

    /// <inheritdoc/>
    public void WriteListBegin(ThriftType element, int count)
    {
        byte type = CompactType.FromAbstract(element);
        if (count < 15)
        {
            _buffer.Add((byte)((count << 4) | type));
            return;
        }

        _buffer.Add((byte)(0xf0 | type));
        WriteVarint32((uint)count);
    }

    /// <inheritdoc/>
    public void WriteSetBegin(ThriftType element, int count) => WriteListBegin(element, count);

    /// <inheritdoc/>
    public void WriteMapBegin(ThriftType key, ThriftType value, int count)
    {
        WriteVarint32((uint)count);
        if (count != 0)
        {
            _buffer.Add((byte)((CompactType.FromAbstract(key) << 4) | CompactType.FromAbstract(value)));
        }
    }

    private void WriteFieldHeader(byte compactType, short id)
    {
        int delta = id - _lastFieldId;
        _lastFieldId = id;
        if (delta is > 0 and <= 15)
        {
            _buffer.Add((byte)((delta << 4) | compactType));
            return;
        }

        _buffer.Add(compactType);
        WriteI16(id);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void WriteVarint32(uint value)
    {
        if (value < 0x80)
        {
            _buffer.Add((byte)value);
            return;
        }

        WriteVarintSlow(value);
    }

    private readonly void WriteVarintSlow(ulong value)
    {
        // 1 + the index of the highest set bit, in groups of seven.
        int length = (BitOperations.Log2(value) / 7) + 1;
        Span<byte> bytes = _buffer.Take(length);
        for (int i = 0; i < length - 1; i++)
        {
            bytes[i] = (byte)(value | 0x80);
            value >>= 7;
        }

        bytes[length - 1] = (byte)value;
    }
}
