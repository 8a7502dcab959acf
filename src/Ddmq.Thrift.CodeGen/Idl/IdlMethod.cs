namespace Ddmq.Thrift.CodeGen.Idl;

/// <summary>A method of a service.</summary>
internal sealed record IdlMethod(string Name, IdlType Returns, IReadOnlyList<IdlField> Arguments, string? Doc, int Line);
