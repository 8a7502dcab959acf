using System.Globalization;
using Ddmq.Thrift.CodeGen.Idl;

namespace Ddmq.Thrift.CodeGen.Emit;

/// <summary>How a field looks in C#.</summary>
internal sealed class FieldShape
{
    private FieldShape(IdlField field, string type, string wire, string? access, string? own)
    {
        Field = field;
        Property = ToPascal(field.Name);
        Type = type;
        Wire = wire;
        Access = access;
        Own = own is null ? null : $"_own{Property}";
        OwnType = own;
    }

    /// <summary>The field.</summary>
    public IdlField Field { get; }

    /// <summary>The property's name.</summary>
    public string Property { get; }

    /// <summary>The property's type.</summary>
    public string Type { get; }

    /// <summary>The member of <c>ThriftType</c>.</summary>
    public string Wire { get; }

    /// <summary>For simple values, what follows <c>Read</c> and <c>Write</c> in the names of reader's and writer's methods.</summary>
    public string? Access { get; }

    /// <summary>For structs and containers, the field that keeps an instance for the next use.</summary>
    public string? Own { get; }

    /// <summary>The type of <see cref="Own"/>.</summary>
    public string? OwnType { get; }

    /// <summary>True when the property can be null, and is not written then.</summary>
    public bool IsNullable => Type.EndsWith('?');

    /// <summary>The value a fresh instance has, as an expression.</summary>
    public string Default => IsNullable ? "null"
        : Field.Default?.ToString(CultureInfo.InvariantCulture) ?? (Field.Type.Kind == IdlKind.Bool ? "false" : "0");

    /// <summary>Finds the shape of a field.</summary>
    /// <exception cref="IdlException">The generator does not do such a field.</exception>
    public static FieldShape Of(IdlField field)
    {
        IdlType type = field.Type;
        if (field.Default is not null && (field.IsOptional || type.Kind is IdlKind.String or IdlKind.Bool or >= IdlKind.Struct))
        {
            throw new IdlException(field.Line, $"{field.Name}: only numbers that are not optional can have a default");
        }

        string optional = field.IsOptional ? "?" : "";
        return type.Kind switch
        {
            IdlKind.Bool => new FieldShape(field, $"bool{optional}", "Bool", "Bool", null),
            IdlKind.Byte => new FieldShape(field, $"sbyte{optional}", "Byte", "Byte", null),
            IdlKind.I16 => new FieldShape(field, $"short{optional}", "I16", "I16", null),
            IdlKind.I32 => new FieldShape(field, $"int{optional}", "I32", "I32", null),
            IdlKind.I64 => new FieldShape(field, $"long{optional}", "I64", "I64", null),
            IdlKind.Double => new FieldShape(field, $"double{optional}", "Double", "Double", null),
            IdlKind.String => new FieldShape(field, "ReadOnlyMemory<byte>?", "String", "Binary", null),
            IdlKind.Struct => new FieldShape(field, $"{type.Name}?", "Struct", null, type.Name),
            IdlKind.Map when type.Key!.Kind == IdlKind.String && type.Element!.Kind == IdlKind.String =>
                new FieldShape(field, "ThriftMap?", "Map", null, "ThriftMap"),
            IdlKind.List when type.Element!.Kind == IdlKind.Struct =>
                new FieldShape(field, $"ThriftList<{type.Element.Name}>?", "List", null, $"ThriftList<{type.Element.Name}>"),
            _ => throw new IdlException(field.Line, $"{field.Name}: {type.Name} is not supported; containers are maps of strings and lists of structs"),
        };
    }

    /// <summary>A name as C# writes the names of types and members.</summary>
    public static string ToPascal(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
