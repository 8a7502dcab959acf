using System.Text;

namespace Ddmq.Thrift.Protocol;

/// <summary>
/// The struct of an <see cref="ThriftMessageType.Exception"/> message: <c>1: string message, 2: i32 type</c>.
/// Every Thrift library has it built in, so it is in no IDL.
/// </summary>
public static class ThriftApplicationErrors
{
    private const short MessageId = 1;
    private const short TypeId = 2;

    /// <summary>Writes the struct; the message header is the caller's.</summary>
    public static void Write<TWriter>(ref TWriter writer, ThriftApplicationError type, ReadOnlySpan<byte> message)
        where TWriter : struct, IThriftWriter, allows ref struct
    {
        writer.WriteStructBegin();
        writer.WriteFieldBegin(ThriftType.String, MessageId);
        writer.WriteBinary(message);
        writer.WriteFieldBegin(ThriftType.I32, TypeId);
        writer.WriteI32((int)type);
        writer.WriteFieldStop();
        writer.WriteStructEnd();
    }

    /// <inheritdoc cref="Write{TWriter}(ref TWriter, ThriftApplicationError, ReadOnlySpan{byte})"/>
    public static void Write<TWriter>(ref TWriter writer, ThriftApplicationError type, string message)
        where TWriter : struct, IThriftWriter, allows ref struct =>
        Write(ref writer, type, Encoding.UTF8.GetBytes(message));

    /// <summary>Reads the struct. Without a type it is <see cref="ThriftApplicationError.Unknown"/>, without a message empty.</summary>
    public static ThriftApplicationError Read<TReader>(ref TReader reader, out ReadOnlyMemory<byte> message)
        where TReader : struct, IThriftReader, allows ref struct
    {
        ThriftApplicationError error = ThriftApplicationError.Unknown;
        message = default;
        reader.ReadStructBegin();
        while (reader.ReadFieldBegin(out ThriftType type, out short id))
        {
            switch (id)
            {
                case MessageId when type == ThriftType.String:
                    message = reader.ReadBinary();
                    break;
                case TypeId when type == ThriftType.I32:
                    error = (ThriftApplicationError)reader.ReadI32();
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        reader.ReadStructEnd();
        return error;
    }
}
