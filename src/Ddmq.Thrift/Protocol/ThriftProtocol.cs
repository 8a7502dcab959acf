namespace Ddmq.Thrift.Protocol;

/// <summary>The two encodings of a message.</summary>
public enum ThriftProtocol
{
    /// <summary>Variable-length numbers, field ids as differences. What the DDMQ SDKs speak. First byte 0x82.</summary>
    Compact,

    /// <summary>Fixed-length numbers, strict form only. First byte 0x80.</summary>
    Binary,
}
