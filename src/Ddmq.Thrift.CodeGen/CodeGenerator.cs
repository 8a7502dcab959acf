using Ddmq.Thrift.CodeGen.Emit;
using Ddmq.Thrift.CodeGen.Idl;

namespace Ddmq.Thrift.CodeGen;

/// <summary>Turns an IDL into C#: one file per struct and call struct, one for the constants, two per service.</summary>
internal static class CodeGenerator
{
    /// <summary>The IDL files there are, with the folder and namespace of what they become. To add an IDL: a line here.</summary>
    public static IReadOnlyList<CodeGenTarget> Targets { get; } =
    [
        new("idl/producerProxy.thrift", "src/Ddmq.Thrift/ProducerProxy/Generated", "Ddmq.Thrift.ProducerProxy", "ProducerProxyConstants"),
    ];

    /// <summary>The files that <paramref name="idl"/> becomes, by name.</summary>
    /// <exception cref="IdlException">The IDL cannot be understood, or uses something the generator does not do.</exception>
    public static SortedDictionary<string, string> Generate(string idl, CodeGenTarget target)
    {
        IdlDocument document = IdlParser.Parse(idl);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (IdlStruct source in document.Structs.Concat(document.Services.SelectMany(ServiceEmitter.CallStructs)))
        {
            files.Add($"{source.Name}.cs", StructEmitter.Emit(source, target.IdlPath, target.Namespace));
        }

        if (document.Constants.Count > 0)
        {
            files.Add(
                $"{target.ConstantsClass}.cs",
                ConstantsEmitter.Emit(document.Constants, target.ConstantsClass, target.IdlPath, target.Namespace));
        }

        foreach (IdlService service in document.Services)
        {
            files.Add($"{service.Name}Method.cs", ServiceEmitter.EmitEnum(service, target.IdlPath, target.Namespace));
            files.Add($"{service.Name}Methods.cs", ServiceEmitter.EmitNames(service, target.IdlPath, target.Namespace));
        }

        return files;
    }
}
