using System.Diagnostics.CodeAnalysis;

namespace Ddmq.Thrift.Protocol;

/// <summary>
/// The bytes are not what they have to be. The only exception a reader throws for anything a peer can send;
/// the message says what was wrong, at which byte, and what would be right.
/// </summary>
public sealed class ThriftFormatException : Exception
{
    /// <param name="kind">What is wrong, for counting.</param>
    /// <param name="message">What is wrong, for people.</param>
    public ThriftFormatException(ThriftFormatError kind, string message)
        : base(message) => Kind = kind;

    /// <summary>What is wrong.</summary>
    public ThriftFormatError Kind { get; }

    /// <summary>The value at <paramref name="position"/> needs more bytes than are left.</summary>
    [DoesNotReturn]
    public static void ThrowTruncated(int position, long needed, int left) => throw new ThriftFormatException(
        ThriftFormatError.Truncated, $"Truncated at byte {position}: {needed} bytes needed, {left} left in the frame.");

    /// <summary>A length or count is negative.</summary>
    [DoesNotReturn]
    public static void ThrowNegativeSize(int position, int size) => throw new ThriftFormatException(
        ThriftFormatError.NegativeSize, $"Negative size {size} before byte {position}.");

    /// <summary>A container claims more elements than allowed.</summary>
    [DoesNotReturn]
    public static void ThrowSizeLimit(int position, int count, int limit) => throw new ThriftFormatException(
        ThriftFormatError.SizeLimit, $"A container of {count} elements before byte {position}; the limit is {limit}.");

    /// <summary>A type number is not defined.</summary>
    [DoesNotReturn]
    public static void ThrowUnknownType(int position, int type) => throw new ThriftFormatException(
        ThriftFormatError.UnknownType, $"Unknown type number {type} before byte {position}.");

    /// <summary>Structs and containers are nested too deep.</summary>
    [DoesNotReturn]
    public static void ThrowDepthLimit(int position, int limit) => throw new ThriftFormatException(
        ThriftFormatError.DepthLimit, $"Nested deeper than {limit} levels at byte {position}.");

    /// <summary>The first byte is not the protocol's.</summary>
    [DoesNotReturn]
    public static void ThrowBadProtocolId(byte found, byte expected) => throw new ThriftFormatException(
        ThriftFormatError.BadProtocolId, $"A message must begin with byte 0x{expected:x2}, found 0x{found:x2}.");

    /// <summary>The version is not supported.</summary>
    [DoesNotReturn]
    public static void ThrowBadVersion(string found, string expected) => throw new ThriftFormatException(
        ThriftFormatError.BadVersion, $"Unsupported protocol version {found}, expected {expected}.");

    /// <summary>A variable-length number has more bits than its type.</summary>
    [DoesNotReturn]
    public static void ThrowVarintTooLong(int position, int bits) => throw new ThriftFormatException(
        ThriftFormatError.VarintTooLong, $"The number at byte {position} does not fit {bits} bits.");

    /// <summary>The message must have another type there.</summary>
    [DoesNotReturn]
    public static void ThrowWrongType(int position, ThriftType found, ThriftType expected) => throw new ThriftFormatException(
        ThriftFormatError.WrongType, $"A {found} before byte {position} where a {expected} is required.");

    /// <summary>The frame goes on behind the message.</summary>
    [DoesNotReturn]
    public static void ThrowTrailingBytes(int position, int left) => throw new ThriftFormatException(
        ThriftFormatError.TrailingBytes, $"The message ends at byte {position}, and {left} more bytes follow in its frame.");
}
