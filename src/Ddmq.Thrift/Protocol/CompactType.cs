namespace Ddmq.Thrift.Protocol;

/// <summary>
/// The compact protocol's type numbers, its first bytes, and the way to and from <see cref="ThriftType"/>.
/// (Apache Thrift, doc/specs/thrift-compact-protocol.md.)
/// </summary>
internal static class CompactType
{
    public const byte ProtocolId = 0x82;
    public const int Version = 1;
    public const int VersionMask = 0x1f;
    public const int MessageTypeShift = 5;

    // A bool field keeps its value in the type number; elements of containers are BoolTrue by type and a byte each.
    public const byte BoolTrue = 1;
    public const byte BoolFalse = 2;

    private const byte Unknown = 0xff;

    private static ReadOnlySpan<byte> Abstract =>
    [
        (byte)ThriftType.Stop,
        (byte)ThriftType.Bool,
        (byte)ThriftType.Bool,
        (byte)ThriftType.Byte,
        (byte)ThriftType.I16,
        (byte)ThriftType.I32,
        (byte)ThriftType.I64,
        (byte)ThriftType.Double,
        (byte)ThriftType.String,
        (byte)ThriftType.List,
        (byte)ThriftType.Set,
        (byte)ThriftType.Map,
        (byte)ThriftType.Struct,
        Unknown,
        Unknown,
        Unknown,
    ];

    private static ReadOnlySpan<byte> Compact => [0, 0, BoolTrue, 3, 7, 0, 4, 0, 5, 0, 6, 8, 12, 11, 10, 9];

    // By abstract type. One byte is the least an element of any kind takes, except doubles, which are not compacted.
    private static ReadOnlySpan<byte> LeastSizes => [0, 0, 1, 1, 8, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1];

    /// <summary>The abstract type of a type number; only the low four bits count.</summary>
    /// <returns>False when the number is not defined.</returns>
    public static bool TryToAbstract(int compact, out ThriftType type)
    {
        byte found = Abstract[compact & 0x0f];
        type = (ThriftType)found;
        return found != Unknown;
    }

    /// <summary>The type number of an abstract type.</summary>
    public static byte FromAbstract(ThriftType type) => Compact[(byte)type & 0x0f];

    /// <summary>The fewest bytes an element of that type takes.</summary>
    public static int LeastSize(ThriftType type) => LeastSizes[(byte)type & 0x0f];
}
