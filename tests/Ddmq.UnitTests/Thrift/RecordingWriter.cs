using Ddmq.Thrift.Protocol;

namespace Ddmq.UnitTests.Thrift;

/// <summary>Notes which fields a struct writes at its top level, as <c>id:Type</c>.</summary>
internal struct RecordingWriter(List<string> fields) : IThriftWriter
{
    private int _depth;

    public readonly void WriteMessageBegin(ReadOnlySpan<byte> name, ThriftMessageType type, int sequenceId)
    {
    }

    public void WriteStructBegin() => _depth++;

    public void WriteStructEnd() => _depth--;

    public readonly void WriteFieldBegin(ThriftType type, short id)
    {
        if (_depth == 1)
        {
            fields.Add($"{id}:{type}");
        }
    }

    public readonly void WriteFieldStop()
    {
    }

    public readonly void WriteBool(bool value)
    {
    }

    public readonly void WriteByte(sbyte value)
    {
    }

    public readonly void WriteI16(short value)
    {
    }

    public readonly void WriteI32(int value)
    {
    }

    public readonly void WriteI64(long value)
    {
    }

    public readonly void WriteDouble(double value)
    {
    }

    public readonly void WriteBinary(ReadOnlySpan<byte> value)
    {
    }

    public readonly void WriteListBegin(ThriftType element, int count)
    {
    }

    public readonly void WriteSetBegin(ThriftType element, int count)
    {
    }

    public readonly void WriteMapBegin(ThriftType key, ThriftType value, int count)
    {
    }
}
