namespace Ddmq.Thrift.CodeGen.Idl;

/// <summary>A constant of type string.</summary>
internal sealed record IdlConstant(string Name, string Value, string? Doc);
