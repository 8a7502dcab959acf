namespace Ddmq.Thrift.Protocol;

/// <summary>
/// Thrift's abstract types, with the numbers of the binary protocol. The compact protocol numbers them differently
/// (<see cref="CompactType"/>). Readers hand out no other value than these.
/// </summary>
public enum ThriftType : byte
{
    /// <summary>No type: the end of a struct's fields, and the element type of an empty map.</summary>
    Stop = 0,

    /// <summary>True or false.</summary>
    Bool = 2,

    /// <summary>A signed 8-bit number.</summary>
    Byte = 3,

    /// <summary>A 64-bit IEEE 754 number.</summary>
    Double = 4,

    /// <summary>A signed 16-bit number.</summary>
    I16 = 6,

    /// <summary>A signed 32-bit number.</summary>
    I32 = 8,

    /// <summary>A signed 64-bit number.</summary>
    I64 = 10,

    /// <summary>Text or bytes; the wire does not tell them apart.</summary>
    String = 11,

    /// <summary>A struct.</summary>
    Struct = 12,

    /// <summary>A map.</summary>
    Map = 13,

    /// <summary>A set.</summary>
    Set = 14,

    /// <summary>A list.</summary>
    List = 15,
}
