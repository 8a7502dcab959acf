using Ddmq.Thrift.CodeGen.Idl;

namespace Ddmq.Thrift.CodeGen.Emit;

/// <summary>Writes the class of a struct.</summary>
internal static class StructEmitter
{
    private const string ReaderConstraint = "where TReader : struct, IThriftReader, allows ref struct";
    private const string WriterConstraint = "where TWriter : struct, IThriftWriter, allows ref struct";

    /// <summary>The text of the struct's file.</summary>
    public static string Emit(IdlStruct source, string idlPath, string targetNamespace)
    {
        List<FieldShape> fields = [.. source.Fields.Select(FieldShape.Of)];
        var code = new CodeWriter(idlPath);
        code.Line("using Ddmq.Thrift.Protocol;");
        code.Line();
        code.Line($"namespace {targetNamespace};");
        code.Line();
        code.Summary(source.Doc ?? $"The struct `{source.Name}`.");
        code.Doc("remarks", Remarks(fields));
        code.Open($"public sealed class {source.Name} : IThriftStruct");
        EmitMembers(code, fields);
        EmitClear(code, fields);
        EmitRead(code, fields);
        EmitWrite(code, fields);
        code.Close();
        return code.ToString();
    }

    private static string Remarks(List<FieldShape> fields)
    {
        string remarks = "Not thread-safe. Made to be used again.";
        if (fields.Any(field => field.Access == "Binary"))
        {
            remarks += " Bytes are kept by reference: what was read is a slice of the frame and lives as long as it.";
        }

        if (fields.Any(field => field.Own is not null))
        {
            remarks += " Structs and containers that were read are used again by the next read; those that were set are not touched.";
        }

        return remarks;
    }

    private static void EmitMembers(CodeWriter code, List<FieldShape> fields)
    {
        foreach (FieldShape field in fields.Where(field => field.Own is not null))
        {
            code.Line($"private {field.OwnType}? {field.Own};");
        }

        bool first = fields.All(field => field.Own is null);
        foreach (FieldShape field in fields)
        {
            if (!first)
            {
                code.Line();
            }

            first = false;
            string doc = field.Field.Doc ?? $"The field `{field.Field.Name}`.";
            code.Summary($"{doc} Field {field.Field.Id}{(field.IsNullable ? "; null when absent." : ".")}");
            string initial = field.Field.Default is null ? "" : $" = {field.Default};";
            code.Line($"public {field.Type} {field.Property} {{ get; set; }}{initial}");
        }
    }

    private static void EmitClear(CodeWriter code, List<FieldShape> fields)
    {
        code.Line();
        code.Line("/// <inheritdoc/>");
        code.Open("public void Clear()");
        code.Line("Reset();");
        foreach (FieldShape field in fields.Where(field => field.Own is not null))
        {
            code.Line($"{field.Own}?.Clear();");
        }

        code.Close();
    }

    private static void EmitRead(CodeWriter code, List<FieldShape> fields)
    {
        code.Line();
        code.Line("/// <inheritdoc/>");
        code.Open("public void Read<TReader>(ref TReader reader)", ReaderConstraint);
        code.Lines("Reset();", "reader.ReadStructBegin();");
        code.Open("while (reader.ReadFieldBegin(out ThriftType type, out short id))");
        code.Open("switch (id)");
        foreach (FieldShape field in fields)
        {
            code.Line($"case {field.Field.Id} when type == ThriftType.{field.Wire}:");
            code.Inside([.. ReadLines(field), "break;"]);
        }

        code.Line("default:");
        code.Inside("reader.Skip(type);", "break;");
        code.Close();
        code.Close();
        code.Line();
        code.Line("reader.ReadStructEnd();");
        code.Close();
        EmitReset(code, fields);
    }

    private static IEnumerable<string> ReadLines(FieldShape field)
    {
        string create = $"{field.Own} ??= new {field.OwnType}();";

        // The sections of a switch share one scope, so their locals carry the field's id.
        string element = $"element{field.Field.Id}";
        string count = $"count{field.Field.Id}";
        return field.Field.Type.Kind switch
        {
            IdlKind.Struct => [create, $"{field.Own}.Read(ref reader);", $"{field.Property} = {field.Own};"],
            IdlKind.Map => [create, $"{field.Property} = {field.Own}.Read(ref reader) ? {field.Own} : null;"],
            IdlKind.List =>
            [
                create,
                $"{field.Own}.Clear();",
                $"{field.Property} = null;",
                $"reader.ReadListBegin(out ThriftType {element}, out int {count});",
                $"if ({count} != 0 && {element} != ThriftType.Struct)",
                "{",
                $"    ThriftSkip.Elements(ref reader, {element}, {count});",
                "    break;",
                "}",
                "",
                $"for (int i = 0; i < {count}; i++)",
                "{",
                $"    {field.Own}.Add().Read(ref reader);",
                "}",
                "",
                $"{field.Property} = {field.Own};",
            ],
            _ => [$"{field.Property} = reader.Read{field.Access}();"],
        };
    }

    private static void EmitReset(CodeWriter code, List<FieldShape> fields)
    {
        code.Line();
        code.Open("private void Reset()");
        foreach (FieldShape field in fields)
        {
            code.Line($"{field.Property} = {field.Default};");
        }

        code.Close();
    }

    private static void EmitWrite(CodeWriter code, List<FieldShape> fields)
    {
        code.Line();
        code.Line("/// <inheritdoc/>");
        code.Open("public void Write<TWriter>(ref TWriter writer)", WriterConstraint);
        code.Line("writer.WriteStructBegin();");
        foreach (FieldShape field in fields)
        {
            string header = $"writer.WriteFieldBegin(ThriftType.{field.Wire}, {field.Field.Id});";
            if (!field.IsNullable)
            {
                code.Lines(header, $"writer.Write{field.Access}({field.Property});");
                continue;
            }

            string local = $"field{field.Field.Id}";
            code.Line();
            code.Open($"if ({field.Property} is {{ }} {local})");
            code.Line(header);
            code.Lines([.. WriteLines(field, local)]);
            code.Close();
            code.Line();
        }

        code.Lines("writer.WriteFieldStop();", "writer.WriteStructEnd();");
        code.Close();
    }

    private static IEnumerable<string> WriteLines(FieldShape field, string local) => field.Field.Type.Kind switch
    {
        IdlKind.Struct or IdlKind.Map => [$"{local}.Write(ref writer);"],
        IdlKind.List =>
        [
            $"writer.WriteListBegin(ThriftType.Struct, {local}.Count);",
            $"for (int i = 0; i < {local}.Count; i++)",
            "{",
            $"    {local}[i].Write(ref writer);",
            "}",
        ],
        IdlKind.String => [$"writer.WriteBinary({local}.Span);"],
        _ => [$"writer.Write{field.Access}({local});"],
    };
}
