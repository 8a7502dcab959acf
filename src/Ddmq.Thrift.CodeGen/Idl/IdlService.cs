namespace Ddmq.Thrift.CodeGen.Idl;

/// <summary>A service.</summary>
internal sealed record IdlService(string Name, IReadOnlyList<IdlMethod> Methods, string? Doc);
