namespace Ddmq.Thrift.CodeGen.Idl;

/// <summary>A type as a field uses it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">How the IDL writes it.</param>
/// <param name="Key">A map's key type.</param>
/// <param name="Element">A list's or set's element type, a map's value type.</param>
internal sealed record IdlType(IdlKind Kind, string Name, IdlType? Key = null, IdlType? Element = null);
