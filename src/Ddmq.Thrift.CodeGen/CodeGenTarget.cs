namespace Ddmq.Thrift.CodeGen;

/// <summary>An IDL file and what it becomes. Paths are relative to the repository's root.</summary>
/// <param name="IdlPath">The IDL.</param>
/// <param name="OutputFolder">The folder of the generated files; nothing else lives there.</param>
/// <param name="Namespace">Their namespace.</param>
/// <param name="ConstantsClass">The class for the IDL's constants.</param>
internal sealed record CodeGenTarget(string IdlPath, string OutputFolder, string Namespace, string ConstantsClass);
