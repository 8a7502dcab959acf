namespace Ddmq.Thrift.CodeGen.Idl;

/// <summary>The kinds of types an IDL can name.</summary>
internal enum IdlKind
{
    /// <summary><c>bool</c>.</summary>
    Bool,

    /// <summary><c>byte</c> or <c>i8</c>.</summary>
    Byte,

    /// <summary><c>i16</c>.</summary>
    I16,

    /// <summary><c>i32</c>.</summary>
    I32,

    /// <summary><c>i64</c>.</summary>
    I64,

    /// <summary><c>double</c>.</summary>
    Double,

    /// <summary><c>string</c> or <c>binary</c>, which look the same on the wire.</summary>
    String,

    /// <summary>A struct, by name.</summary>
    Struct,

    /// <summary><c>list&lt;T&gt;</c>.</summary>
    List,

    /// <summary><c>set&lt;T&gt;</c>.</summary>
    Set,

    /// <summary><c>map&lt;K, V&gt;</c>.</summary>
    Map,
}
