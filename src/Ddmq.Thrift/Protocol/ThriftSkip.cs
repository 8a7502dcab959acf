namespace Ddmq.Thrift.Protocol;

/// <summary>
/// Reads past values nobody asked for. Recursive, and bounded: each level of nesting counts towards the reader's limit.
/// The work is bounded too, because every element takes at least one byte of the frame.
/// </summary>
internal static class ThriftSkip
{
    /// <summary>Skips one value of that type, <paramref name="depth"/> levels deep in the message.</summary>
    public static void Value<TReader>(scoped ref TReader reader, ThriftType type, int depth, int limit)
        where TReader : struct, IThriftReader, allows ref struct
    {
        switch (type)
        {
            case ThriftType.Bool:
                reader.ReadBool();
                break;
            case ThriftType.Byte:
                reader.ReadByte();
                break;
            case ThriftType.I16:
                reader.ReadI16();
                break;
            case ThriftType.I32:
                reader.ReadI32();
                break;
            case ThriftType.I64:
                reader.ReadI64();
                break;
            case ThriftType.Double:
                reader.ReadDouble();
                break;
            case ThriftType.String:
                reader.ReadBinary();
                break;
            case ThriftType.Struct:
                Struct(ref reader, depth, limit);
                break;
            case ThriftType.List:
                reader.ReadListBegin(out ThriftType element, out int count);
                Elements(ref reader, element, count, Deeper(ref reader, depth, limit), limit);
                break;
            case ThriftType.Set:
                reader.ReadSetBegin(out element, out count);
                Elements(ref reader, element, count, Deeper(ref reader, depth, limit), limit);
                break;
            case ThriftType.Map:
                reader.ReadMapBegin(out ThriftType key, out ThriftType value, out count);
                Pairs(ref reader, key, value, count, Deeper(ref reader, depth, limit), limit);
                break;
            default:
                ThriftFormatException.ThrowUnknownType(reader.Position, (int)type);
                break;
        }
    }

    /// <summary>Skips the elements of a list whose header has been read.</summary>
    public static void Elements<TReader>(scoped ref TReader reader, ThriftType element, int count)
        where TReader : struct, IThriftReader, allows ref struct
    {
        for (int i = 0; i < count; i++)
        {
            reader.Skip(element);
        }
    }

    /// <summary>Skips the pairs of a map whose header has been read.</summary>
    public static void Pairs<TReader>(scoped ref TReader reader, ThriftType key, ThriftType value, int count)
        where TReader : struct, IThriftReader, allows ref struct
    {
        for (int i = 0; i < count; i++)
        {
            reader.Skip(key);
            reader.Skip(value);
        }
    }

    private static void Struct<TReader>(scoped ref TReader reader, int depth, int limit)
        where TReader : struct, IThriftReader, allows ref struct
    {
        int inner = Deeper(ref reader, depth, limit);
        reader.ReadStructBegin();
        while (reader.ReadFieldBegin(out ThriftType type, out _))
        {
            Value(ref reader, type, inner, limit);
        }

        reader.ReadStructEnd();
    }

    private static void Elements<TReader>(scoped ref TReader reader, ThriftType element, int count, int depth, int limit)
        where TReader : struct, IThriftReader, allows ref struct
    {
        for (int i = 0; i < count; i++)
        {
            Value(ref reader, element, depth, limit);
        }
    }

    private static void Pairs<TReader>(scoped ref TReader reader, ThriftType key, ThriftType value, int count, int depth, int limit)
        where TReader : struct, IThriftReader, allows ref struct
    {
        for (int i = 0; i < count; i++)
        {
            Value(ref reader, key, depth, limit);
            Value(ref reader, value, depth, limit);
        }
    }

    private static int Deeper<TReader>(scoped ref TReader reader, int depth, int limit)
        where TReader : struct, IThriftReader, allows ref struct
    {
        if (depth >= limit)
        {
            ThriftFormatException.ThrowDepthLimit(reader.Position, limit);
        }

        return depth + 1;
    }
}
