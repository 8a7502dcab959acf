namespace Ddmq.Thrift.CodeGen.Idl;

/// <summary>An IDL file.</summary>
internal sealed record IdlDocument(
    IReadOnlyList<IdlConstant> Constants,
    IReadOnlyList<IdlStruct> Structs,
    IReadOnlyList<IdlService> Services);
