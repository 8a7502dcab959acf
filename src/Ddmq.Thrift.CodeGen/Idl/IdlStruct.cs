namespace Ddmq.Thrift.CodeGen.Idl;

/// <summary>A struct; also a method's arguments and a method's result, which are structs on the wire.</summary>
internal sealed record IdlStruct(string Name, IReadOnlyList<IdlField> Fields, string? Doc);
