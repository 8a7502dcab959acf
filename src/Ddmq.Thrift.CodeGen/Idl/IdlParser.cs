using System.Globalization;

namespace Ddmq.Thrift.CodeGen.Idl;

/// <summary>
/// Parses the part of Thrift's IDL that our files use.
/// <code>
/// document = { namespace | const | struct | service }
/// namespace= "namespace" language name
/// const    = "const" "string" name "=" literal
/// struct   = "struct" name "{" { field } "}"
/// service  = "service" name "{" { type name "(" { field } ")" } "}"
/// field    = id ":" [ "optional" ] type name [ "=" number ]
/// type     = base type | struct name | "list" "&lt;" type "&gt;" | "set" "&lt;" type "&gt;" | "map" "&lt;" type "," type "&gt;"
/// </code>
/// Commas and semicolons may end everything. The rest (enums, typedefs, unions, exceptions, includes, <c>required</c>,
/// <c>throws</c>, <c>oneway</c>, other constants and defaults) is refused with its line, rather than misunderstood.
/// </summary>
internal sealed class IdlParser
{
    private static readonly Dictionary<string, IdlKind> BaseTypes = new()
    {
        ["bool"] = IdlKind.Bool,
        ["byte"] = IdlKind.Byte,
        ["i8"] = IdlKind.Byte,
        ["i16"] = IdlKind.I16,
        ["i32"] = IdlKind.I32,
        ["i64"] = IdlKind.I64,
        ["double"] = IdlKind.Double,
        ["string"] = IdlKind.String,
        ["binary"] = IdlKind.String,
    };

    private readonly List<IdlToken> _tokens;
    private readonly List<IdlConstant> _constants = [];
    private readonly List<IdlStruct> _structs = [];
    private readonly List<IdlService> _services = [];
    private int _next;

    private IdlParser(string text) => _tokens = IdlLexer.Split(text);

    private IdlToken Current => _tokens[_next];

    /// <summary>Parses a file's text.</summary>
    /// <exception cref="IdlException">It cannot be understood, or uses something the generator does not do.</exception>
    public static IdlDocument Parse(string text)
    {
        var parser = new IdlParser(text);
        while (parser.Current.Kind != IdlTokenKind.End)
        {
            parser.ParseDefinition();
        }

        return new IdlDocument(parser._constants, parser._structs, parser._services);
    }

    private void ParseDefinition()
    {
        IdlToken keyword = Take(IdlTokenKind.Name, "a definition");
        switch (keyword.Text)
        {
            case "namespace":
                // For the other languages; ours is the target's.
                _next++;
                Take(IdlTokenKind.Name, "a namespace");
                break;
            case "const":
                Expect("string");
                string name = Take(IdlTokenKind.Name, "the constant's name").Text;
                Expect("=");
                _constants.Add(new IdlConstant(name, Take(IdlTokenKind.Literal, "a quoted text").Text, keyword.Doc));
                break;
            case "struct":
                name = Take(IdlTokenKind.Name, "the struct's name").Text;
                Expect("{");
                _structs.Add(new IdlStruct(name, ParseFields("}"), keyword.Doc));
                break;
            case "service":
                _services.Add(ParseService(keyword.Doc));
                break;
            default:
                throw new IdlException(keyword.Line, $"'{keyword.Text}' is not supported; known are namespace, const string, struct, service");
        }

        SkipSeparator();
    }

    private IdlService ParseService(string? doc)
    {
        string name = Take(IdlTokenKind.Name, "the service's name").Text;
        var methods = new List<IdlMethod>();
        Expect("{");
        while (!Current.Is("}"))
        {
            IdlToken first = Current;
            IdlType returns = ParseType();
            string method = Take(IdlTokenKind.Name, "the method's name").Text;
            Expect("(");
            methods.Add(new IdlMethod(method, returns, ParseFields(")"), first.Doc, first.Line));
            SkipSeparator();
        }

        Expect("}");
        return new IdlService(name, methods, doc);
    }

    private List<IdlField> ParseFields(string end)
    {
        var fields = new List<IdlField>();
        while (!Current.Is(end))
        {
            IdlField field = ParseField();
            if (fields.Any(other => other.Id == field.Id || other.Name == field.Name))
            {
                throw new IdlException(field.Line, $"field {field.Id}: {field.Name} is there twice");
            }

            fields.Add(field);
            SkipSeparator();
        }

        Expect(end);
        return fields;
    }

    private IdlField ParseField()
    {
        IdlToken id = Take(IdlTokenKind.Number, "a field id");
        if (!short.TryParse(id.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out short number) || number <= 0)
        {
            throw new IdlException(id.Line, $"field id {id.Text}; it must be 1 to {short.MaxValue}");
        }

        Expect(":");
        bool optional = Current.Is("optional");
        if (optional)
        {
            _next++;
        }

        IdlType type = ParseType();
        string name = Take(IdlTokenKind.Name, "the field's name").Text;
        long? initial = null;
        if (Current.Is("="))
        {
            _next++;
            initial = long.Parse(Take(IdlTokenKind.Number, "a number").Text, CultureInfo.InvariantCulture);
        }

        return new IdlField(number, name, type, optional, initial, id.Doc, id.Line);
    }

    private IdlType ParseType()
    {
        IdlToken token = Take(IdlTokenKind.Name, "a type");
        if (BaseTypes.TryGetValue(token.Text, out IdlKind kind))
        {
            return new IdlType(kind, token.Text);
        }

        switch (token.Text)
        {
            case "list":
            case "set":
                Expect("<");
                IdlType element = ParseType();
                Expect(">");
                return new IdlType(token.Text == "list" ? IdlKind.List : IdlKind.Set, $"{token.Text}<{element.Name}>", null, element);
            case "map":
                Expect("<");
                IdlType key = ParseType();
                Expect(",");
                IdlType value = ParseType();
                Expect(">");
                return new IdlType(IdlKind.Map, $"map<{key.Name}, {value.Name}>", key, value);
            default:
                if (!_structs.Any(known => known.Name == token.Text))
                {
                    throw new IdlException(token.Line, $"'{token.Text}' is no type; a struct must be defined above its first use");
                }

                return new IdlType(IdlKind.Struct, token.Text);
        }
    }

    private IdlToken Take(IdlTokenKind kind, string wanted)
    {
        IdlToken token = Current;
        if (token.Kind != kind)
        {
            throw new IdlException(token.Line, $"'{token.Text}' where {wanted} was expected");
        }

        _next++;
        return token;
    }

    private void Expect(string text)
    {
        if (!Current.Is(text))
        {
            throw new IdlException(Current.Line, $"'{Current.Text}' where '{text}' was expected");
        }

        _next++;
    }

    private void SkipSeparator()
    {
        if (Current.Is(",") || Current.Is(";"))
        {
            _next++;
        }
    }
}
