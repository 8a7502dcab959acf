namespace Ddmq.Thrift.Protocol;

/// <summary>The ways in which bytes can fail to be a Thrift message. Also a metrics label: names stay.</summary>
public enum ThriftFormatError
{
    /// <summary>The data ends before the value does, or claims more elements than the rest of the frame can hold.</summary>
    Truncated,

    /// <summary>A length or count below zero.</summary>
    NegativeSize,

    /// <summary>More elements than <see cref="ThriftLimits.MaxContainerElements"/>.</summary>
    SizeLimit,

    /// <summary>A type number the protocol does not define.</summary>
    UnknownType,

    /// <summary>Nested deeper than <see cref="ThriftLimits.MaxDepth"/>.</summary>
    DepthLimit,

    /// <summary>The first byte belongs to another protocol, or to none.</summary>
    BadProtocolId,

    /// <summary>The right protocol in a version this library does not speak, the binary protocol's old form included.</summary>
    BadVersion,

    /// <summary>A variable-length number that does not end, or does not fit its type.</summary>
    VarintTooLong,

    /// <summary>A well-formed value of another type than the message must have there.</summary>
    WrongType,

    /// <summary>Bytes left over behind the message's struct.</summary>
    TrailingBytes,
}
