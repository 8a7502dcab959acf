namespace Ddmq.Thrift.CodeGen.Idl;

/// <summary>An IDL file.</summary>
internal sealed record IdlDocument(
    IReadOnlyDictionary<string, string> Namespaces,
    IReadOnlyList<IdlConstant> Constants,
    IReadOnlyList<IdlStruct> Structs,
    IReadOnlyList<IdlService> Services);
