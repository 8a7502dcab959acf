namespace Ddmq.Thrift.Protocol;

/// <summary>
/// Writes one message. Used as a generic constraint only, like <see cref="IThriftReader"/>. The caller keeps to the
/// grammar: message = WriteMessageBegin struct;
/// struct = WriteStructBegin { WriteFieldBegin value } WriteFieldStop WriteStructEnd.
/// </summary>
public interface IThriftWriter
{
    /// <summary>Writes what stands before the message's struct.</summary>
    void WriteMessageBegin(ReadOnlySpan<byte> name, ThriftMessageType type, int sequenceId);

    /// <summary>Enters a struct. More than <see cref="ThriftLimits.HighestMaxDepth"/> of them inside each other are a bug.</summary>
    void WriteStructBegin();

    /// <summary>Leaves the struct entered last.</summary>
    void WriteStructEnd();

    /// <summary>Writes a field's header; the value must follow.</summary>
    void WriteFieldBegin(ThriftType type, short id);

    /// <summary>Writes the end of the struct's fields.</summary>
    void WriteFieldStop();

    /// <summary>Writes a bool.</summary>
    void WriteBool(bool value);

    /// <summary>Writes an 8-bit number.</summary>
    void WriteByte(sbyte value);

    /// <summary>Writes a 16-bit number.</summary>
    void WriteI16(short value);

    /// <summary>Writes a 32-bit number.</summary>
    void WriteI32(int value);

    /// <summary>Writes a 64-bit number.</summary>
    void WriteI64(long value);

    /// <summary>Writes a floating-point number.</summary>
    void WriteDouble(double value);

    /// <summary>Writes a string or binary.</summary>
    void WriteBinary(ReadOnlySpan<byte> value);

    /// <summary>Writes a list's header; <paramref name="count"/> elements must follow.</summary>
    void WriteListBegin(ThriftType element, int count);

    /// <summary>Writes a set's header; <paramref name="count"/> elements must follow.</summary>
    void WriteSetBegin(ThriftType element, int count);

    /// <summary>Writes a map's header; <paramref name="count"/> pairs must follow.</summary>
    void WriteMapBegin(ThriftType key, ThriftType value, int count);
}
