using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Ddmq.Thrift.Protocol;

/// <summary>
/// Reads the compact protocol.
/// <code>
/// message = 0x82 (type:3 version:5) varint(sequence id) binary(name) struct
/// struct  = { (id delta:4 type:4) | (0:4 type:4) zigzag(id)  value } 0
/// list    = (count:4 type:4) | (15:4 type:4) varint(count)  values
/// map     = 0 | varint(count) (key type:4 value type:4) pairs
/// binary  = varint(length) bytes
/// </code>
/// Integers are zigzag varints, doubles eight bytes little-endian (as Apache's libraries write them).
/// </summary>
public ref struct CompactReader : IThriftReader
{
    private const int PendingTrue = 1;
    private const int PendingFalse = 2;

    private readonly ReadOnlyMemory<byte> _frame;
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _maxDepth;
    private readonly int _maxElements;
    private int _position;
    private int _depth;
    private int _pendingBool;
    private short _lastFieldId;
    private StructStack _outer;

    /// <param name="frame">One whole frame without its length; must stay unchanged while anything read from it is in use.</param>
    /// <param name="limits">How much the peer may ask for.</param>
    public CompactReader(ReadOnlyMemory<byte> frame, ThriftLimits limits)
    {
        _frame = frame;
        _bytes = frame.Span;
        _maxDepth = limits.MaxDepth;
        _maxElements = limits.MaxContainerElements;
    }

    /// <inheritdoc/>
    public readonly int Position => _position;

    /// <inheritdoc/>
    public readonly int Remaining => _bytes.Length - _position;

    /// <inheritdoc/>
    public ThriftMessageHeader ReadMessageBegin()
    {
        byte protocol = ReadRawByte();
        if (protocol != CompactType.ProtocolId)
        {
            ThriftFormatException.ThrowBadProtocolId(protocol, CompactType.ProtocolId);
        }

        int versionAndType = ReadRawByte();
        if ((versionAndType & CompactType.VersionMask) != CompactType.Version)
        {
            ThriftFormatException.ThrowBadVersion($"{versionAndType & CompactType.VersionMask}", $"{CompactType.Version}");
        }

        int sequenceId = (int)ReadVarint32();
        return new ThriftMessageHeader(
            ReadBinary(), (ThriftMessageType)(versionAndType >> CompactType.MessageTypeShift), sequenceId);
    }

    /// <inheritdoc/>
    public void ReadStructBegin()
    {
        if (_depth >= _maxDepth)
        {
            ThriftFormatException.ThrowDepthLimit(_position, _maxDepth);
        }

        _outer[_depth++] = _lastFieldId;
        _lastFieldId = 0;
    }

    /// <inheritdoc/>
    public void ReadStructEnd() => _lastFieldId = _outer[--_depth];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool ReadFieldBegin(out ThriftType type, out short id)
    {
        int header = ReadRawByte();
        int compactType = header & 0x0f;
        if (!CompactType.TryToAbstract(compactType, out type))
        {
            ThriftFormatException.ThrowUnknownType(_position, compactType);
        }

        if (compactType == 0)
        {
            id = 0;
            return false;
        }

        int delta = header >> 4;
        id = delta != 0 ? (short)(_lastFieldId + delta) : ReadI16();
        _lastFieldId = id;
        if (type == ThriftType.Bool)
        {
            _pendingBool = compactType == CompactType.BoolTrue ? PendingTrue : PendingFalse;
        }

        return true;
    }

    /// <inheritdoc/>
    public bool ReadBool()
    {
        int pending = _pendingBool;
        if (pending != 0)
        {
            _pendingBool = 0;
            return pending == PendingTrue;
        }

        return ReadRawByte() == CompactType.BoolTrue;
    }

    /// <inheritdoc/>
    public sbyte ReadByte() => (sbyte)ReadRawByte();

    /// <inheritdoc/>
    public short ReadI16()
    {
        int start = _position;
        int value = ReadI32();
        if (value != (short)value)
        {
            ThriftFormatException.ThrowVarintTooLong(start, 16);
        }

        return (short)value;
    }

    /// <inheritdoc/>
    public int ReadI32()
    {
        uint zigzag = ReadVarint32();
        return (int)(zigzag >> 1) ^ -(int)(zigzag & 1);
    }

    /// <inheritdoc/>
    public long ReadI64()
    {
        ulong zigzag = ReadVarint64();
        return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
    }

    /// <inheritdoc/>
    public double ReadDouble()
    {
        if (Remaining < sizeof(double))
        {
            ThriftFormatException.ThrowTruncated(_position, sizeof(double), Remaining);
        }

        double value = BinaryPrimitives.ReadDoubleLittleEndian(_bytes[_position..]);
        _position += sizeof(double);
        return value;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ReadBinary()
    {
        int length = (int)ReadVarint32();

        // The length comes from the peer. Compared as unsigned, a negative one is too large as well.
        if ((uint)length > (uint)Remaining)
        {
            ThriftSizes.ThrowBinary(length, _position, Remaining);
        }

        ReadOnlyMemory<byte> value = _frame.Slice(_position, length);
        _position += length;
        return value;
    }

    /// <inheritdoc/>
    public void ReadListBegin(out ThriftType element, out int count)
    {
        int header = ReadRawByte();
        count = header >> 4;
        if (count == 15)
        {
            count = (int)ReadVarint32();
        }

        element = ReadElementType(header, count);
        ThriftSizes.Check(count, CompactType.LeastSize(element), _position, Remaining, _maxElements);
    }

    /// <inheritdoc/>
    public void ReadSetBegin(out ThriftType element, out int count) => ReadListBegin(out element, out count);

    /// <inheritdoc/>
    public void ReadMapBegin(out ThriftType key, out ThriftType value, out int count)
    {
        count = (int)ReadVarint32();
        int types = count == 0 ? 0 : ReadRawByte();
        key = ReadElementType(types >> 4, count);
        value = ReadElementType(types, count);
        ThriftSizes.Check(count, CompactType.LeastSize(key) + CompactType.LeastSize(value), _position, Remaining, _maxElements);
    }

    /// <inheritdoc/>
    public void Skip(ThriftType type) => ThriftSkip.Value(ref this, type, _depth, _maxDepth);

    private readonly ThriftType ReadElementType(int compact, int count)
    {
        // Nothing is an element of type 0; empty containers may leave the type open.
        if (!CompactType.TryToAbstract(compact, out ThriftType type) || (type == ThriftType.Stop && count != 0))
        {
            ThriftFormatException.ThrowUnknownType(_position, compact & 0x0f);
        }

        return type;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte ReadRawByte()
    {
        int position = _position;
        if ((uint)position >= (uint)_bytes.Length)
        {
            ThriftFormatException.ThrowTruncated(position, 1, 0);
        }

        _position = position + 1;
        return _bytes[position];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint ReadVarint32()
    {
        // Nearly every length, count and id is below 128.
        byte first = ReadRawByte();
        return first < 0x80 ? first : ReadVarint32Slow(first);
    }

    private uint ReadVarint32Slow(byte first)
    {
        int start = _position - 1;
        uint value = first & 0x7fu;
        for (int shift = 7; shift < 35; shift += 7)
        {
            byte next = ReadRawByte();
            if (shift == 28 && next > 0x0f)
            {
                break;
            }

            value |= (next & 0x7fu) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        ThriftFormatException.ThrowVarintTooLong(start, 32);
        return 0;
    }

    private ulong ReadVarint64()
    {
        int start = _position;
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte next = ReadRawByte();
            if (shift == 63 && next > 1)
            {
                break;
            }

            value |= (next & 0x7ful) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        ThriftFormatException.ThrowVarintTooLong(start, 64);
        return 0;
    }
}
