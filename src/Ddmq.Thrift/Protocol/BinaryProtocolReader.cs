using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Ddmq.Thrift.Protocol;

/// <summary>
/// Reads the strict binary protocol; all numbers are big-endian and of fixed length.
/// <code>
/// message = 0x80 0x01 0x00 type:8  binary(name) i32(sequence id) struct
/// struct  = { type:8 i16(id) value } 0
/// list    = type:8 i32(count) values
/// map     = key type:8 value type:8 i32(count) pairs
/// binary  = i32(length) bytes
/// </code>
/// The old form, which begins with the name's length, is refused: it cannot be told from bytes that are no Thrift at all.
/// </summary>
public ref struct BinaryProtocolReader : IThriftReader
{
    /// <summary>The first two bytes of a message.</summary>
    internal const int Version1 = unchecked((int)0x8001_0000);

    /// <summary>The first byte of a message.</summary>
    internal const byte FirstByte = 0x80;

    private const int VersionMask = unchecked((int)0xffff_0000);

    private readonly ReadOnlyMemory<byte> _frame;
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _maxDepth;
    private readonly int _maxElements;
    private int _position;
    private int _depth;

    /// <param name="frame">One whole frame without its length; must stay unchanged while anything read from it is in use.</param>
    /// <param name="limits">How much the peer may ask for.</param>
    public BinaryProtocolReader(ReadOnlyMemory<byte> frame, ThriftLimits limits)
    {
        _frame = frame;
        _bytes = frame.Span;
        _maxDepth = limits.MaxDepth;
        _maxElements = limits.MaxContainerElements;
    }

    // By type. What an element takes at least: strings and lists their length, maps two types and a count.
    private static ReadOnlySpan<byte> LeastSizes => [0, 0, 1, 1, 8, 0, 2, 0, 4, 0, 8, 4, 1, 6, 5, 5];

    /// <inheritdoc/>
    public readonly int Position => _position;

    /// <inheritdoc/>
    public readonly int Remaining => _bytes.Length - _position;

    /// <inheritdoc/>
    public ThriftMessageHeader ReadMessageBegin()
    {
        int versionAndType = ReadI32();
        if ((versionAndType & VersionMask) != Version1)
        {
            ThriftFormatException.ThrowBadVersion($"0x{(uint)versionAndType >> 16:x4}", "0x8001 (strict binary protocol)");
        }

        ReadOnlyMemory<byte> name = ReadBinary();
        return new ThriftMessageHeader(name, (ThriftMessageType)(byte)versionAndType, ReadI32());
    }

    /// <inheritdoc/>
    public void ReadStructBegin()
    {
        if (_depth >= _maxDepth)
        {
            ThriftFormatException.ThrowDepthLimit(_position, _maxDepth);
        }

        _depth++;
    }

    /// <inheritdoc/>
    public void ReadStructEnd() => _depth--;

    /// <inheritdoc/>
    public bool ReadFieldBegin(out ThriftType type, out short id)
    {
        type = (ThriftType)Take(1)[0];
        if (type == ThriftType.Stop)
        {
            id = 0;
            return false;
        }

        CheckType(type);
        id = ReadI16();
        return true;
    }

    /// <inheritdoc/>
    public bool ReadBool() => Take(1)[0] != 0;

    /// <inheritdoc/>
    public sbyte ReadByte() => (sbyte)Take(1)[0];

    /// <inheritdoc/>
    public short ReadI16() => BinaryPrimitives.ReadInt16BigEndian(Take(sizeof(short)));

    /// <inheritdoc/>
    public int ReadI32() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    /// <inheritdoc/>
    public long ReadI64() => BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));

    /// <inheritdoc/>
    public double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(Take(sizeof(double)));

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ReadBinary()
    {
        int length = ReadI32();

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
        element = (ThriftType)Take(1)[0];
        count = ReadI32();
        CheckElementType(element, count);
        ThriftSizes.Check(count, LeastSize(element), _position, Remaining, _maxElements);
    }

    /// <inheritdoc/>
    public void ReadSetBegin(out ThriftType element, out int count) => ReadListBegin(out element, out count);

    /// <inheritdoc/>
    public void ReadMapBegin(out ThriftType key, out ThriftType value, out int count)
    {
        ReadOnlySpan<byte> types = Take(2);
        key = (ThriftType)types[0];
        value = (ThriftType)types[1];
        count = ReadI32();
        CheckElementType(key, count);
        CheckElementType(value, count);
        ThriftSizes.Check(count, LeastSize(key) + LeastSize(value), _position, Remaining, _maxElements);
    }

    /// <inheritdoc/>
    public void Skip(ThriftType type) => ThriftSkip.Value(ref this, type, _depth, _maxDepth);

    private readonly void CheckElementType(ThriftType type, int count)
    {
        // Nothing is an element of type 0; empty containers may leave the type open.
        if (type != ThriftType.Stop || count != 0)
        {
            CheckType(type);
        }
    }

    private readonly void CheckType(ThriftType type)
    {
        if ((int)type >= LeastSizes.Length || LeastSizes[(int)type] == 0)
        {
            ThriftFormatException.ThrowUnknownType(_position, (int)type);
        }
    }

    private static int LeastSize(ThriftType type) => LeastSizes[(int)type];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> Take(int count)
    {
        if (Remaining < count)
        {
            ThriftFormatException.ThrowTruncated(_position, count, Remaining);
        }

        ReadOnlySpan<byte> taken = _bytes.Slice(_position, count);
        _position += count;
        return taken;
    }
}
