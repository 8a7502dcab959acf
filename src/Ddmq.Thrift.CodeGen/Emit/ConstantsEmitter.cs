using System.Text;
using Ddmq.Thrift.CodeGen.Idl;

namespace Ddmq.Thrift.CodeGen.Emit;

/// <summary>Writes the class of an IDL's constants.</summary>
internal static class ConstantsEmitter
{
    /// <summary>The text of the constants' file.</summary>
    public static string Emit(IReadOnlyList<IdlConstant> constants, string className, string idlPath, string targetNamespace)
    {
        var code = new CodeWriter(idlPath);
        code.Line($"namespace {targetNamespace};");
        code.Line();
        code.Summary("The constants of the IDL, in UTF-8.");
        code.Open($"public static class {className}");
        foreach (IdlConstant constant in constants)
        {
            code.Line();
            code.Summary(constant.Doc ?? $"The constant `{constant.Name}`.");
            code.Line($"public static ReadOnlySpan<byte> {ToPascal(constant.Name)} => \"{constant.Value}\"u8;");
        }

        code.Close();
        return code.ToString();
    }

    // TRACE_ID becomes TraceId.
    private static string ToPascal(string name)
    {
        var pascal = new StringBuilder();
        foreach (string word in name.Split('_', StringSplitOptions.RemoveEmptyEntries))
        {
            pascal.Append(char.ToUpperInvariant(word[0])).Append(word[1..].ToLowerInvariant());
        }

        return pascal.ToString();
    }
}
