namespace Ddmq.Thrift.Protocol;

/// <summary>
/// Reads one message from one whole frame. Used as a generic constraint only, so that generated code is compiled once
/// per protocol and every call is direct; never through a variable of this type.
/// <para>
/// Whatever the bytes are, members either succeed or throw <see cref="ThriftFormatException"/>. Every length and count
/// is checked against the bytes that are left before anything is sized or repeated by it.
/// </para>
/// <para>Grammar: message = ReadMessageBegin struct; struct = ReadStructBegin { ReadFieldBegin value } ReadStructEnd.</para>
/// </summary>
public interface IThriftReader
{
    /// <summary>The next byte's index in the frame.</summary>
    int Position { get; }

    /// <summary>The number of bytes not yet read.</summary>
    int Remaining { get; }

    /// <summary>Reads what stands before the message's struct; the message type is not judged.</summary>
    ThriftMessageHeader ReadMessageBegin();

    /// <summary>Enters a struct.</summary>
    void ReadStructBegin();

    /// <summary>Leaves the struct entered last; call it after <see cref="ReadFieldBegin"/> returned false.</summary>
    void ReadStructEnd();

    /// <summary>Reads a field's header; the value must then be read or skipped. False at the end of the struct.</summary>
    bool ReadFieldBegin(out ThriftType type, out short id);

    /// <summary>Reads a bool.</summary>
    bool ReadBool();

    /// <summary>Reads an 8-bit number.</summary>
    sbyte ReadByte();

    /// <summary>Reads a 16-bit number.</summary>
    short ReadI16();

    /// <summary>Reads a 32-bit number.</summary>
    int ReadI32();

    /// <summary>Reads a 64-bit number.</summary>
    long ReadI64();

    /// <summary>Reads a floating-point number.</summary>
    double ReadDouble();

    /// <summary>Reads a string or binary without copying: the result is a slice of the frame and lives as long as it.</summary>
    ReadOnlyMemory<byte> ReadBinary();

    /// <summary>Reads a list's header. The element type of an empty list can be <see cref="ThriftType.Stop"/>.</summary>
    void ReadListBegin(out ThriftType element, out int count);

    /// <summary>Reads a set's header, which looks like a list's.</summary>
    void ReadSetBegin(out ThriftType element, out int count);

    /// <summary>Reads a map's header. The types of an empty map can be <see cref="ThriftType.Stop"/>.</summary>
    void ReadMapBegin(out ThriftType key, out ThriftType value, out int count);

    /// <summary>Reads a value of the given type and forgets it.</summary>
    void Skip(ThriftType type);
}
