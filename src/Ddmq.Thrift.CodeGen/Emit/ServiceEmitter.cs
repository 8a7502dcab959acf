using Ddmq.Thrift.CodeGen.Idl;

namespace Ddmq.Thrift.CodeGen.Emit;

/// <summary>Writes a service's table of methods, and says which structs its calls and replies are.</summary>
internal static class ServiceEmitter
{
    /// <summary>
    /// The structs of a service's calls: each method's arguments, and its result with the returned value as field 0.
    /// </summary>
    public static IEnumerable<IdlStruct> CallStructs(IdlService service)
    {
        foreach (IdlMethod method in service.Methods)
        {
            string name = FieldShape.ToPascal(method.Name);
            yield return new IdlStruct($"{name}Args", method.Arguments, $"The arguments of `{method.Name}`.");
            var success = new IdlField(0, "success", method.Returns, true, null, "What the method returned.", method.Line);
            yield return new IdlStruct($"{name}Result", [success], $"The reply to `{method.Name}`.");
        }
    }

    /// <summary>The text of the enum of the service's methods.</summary>
    public static string EmitEnum(IdlService service, string idlPath, string targetNamespace)
    {
        var code = new CodeWriter(idlPath);
        code.Line($"namespace {targetNamespace};");
        code.Line();
        code.Summary($"The methods of `{service.Name}`. {service.Doc}".TrimEnd());
        code.Open($"public enum {service.Name}Method");
        foreach (IdlMethod method in service.Methods)
        {
            code.Line();
            code.Summary(method.Doc ?? $"The method `{method.Name}`.");
            code.Line($"{FieldShape.ToPascal(method.Name)},");
        }

        code.Close();
        return code.ToString();
    }

    /// <summary>The text of the class that knows the methods' names on the wire.</summary>
    public static string EmitNames(IdlService service, string idlPath, string targetNamespace)
    {
        string methods = $"{service.Name}Method";
        var code = new CodeWriter(idlPath);
        code.Line($"namespace {targetNamespace};");
        code.Line();
        code.Summary($"The names of `{service.Name}`'s methods on the wire.");
        code.Open($"public static class {methods}s");
        code.Summary("Finds the method of that name; names are case-sensitive.");
        code.Open($"public static bool TryParse(ReadOnlySpan<byte> name, out {methods} method)");
        foreach (IdlMethod method in service.Methods)
        {
            code.Open($"if (name.SequenceEqual(\"{method.Name}\"u8))");
            code.Lines($"method = {methods}.{FieldShape.ToPascal(method.Name)};", "return true;");
            code.Close();
            code.Line();
        }

        code.Lines("method = default;", "return false;");
        code.Close();
        code.Line();
        code.Summary("The method's name on the wire.");
        code.Open($"public static ReadOnlySpan<byte> Name({methods} method)");
        code.Line("switch (method)");
        code.Line("{");
        foreach (IdlMethod method in service.Methods)
        {
            code.Inside($"case {methods}.{FieldShape.ToPascal(method.Name)}:", $"    return \"{method.Name}\"u8;");
        }

        code.Inside("default:", "    throw new ArgumentOutOfRangeException(nameof(method), method, null);");
        code.Line("}");
        code.Close();
        code.Close();
        return code.ToString();
    }
}
