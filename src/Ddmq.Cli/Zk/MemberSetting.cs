using System.Text.Json.Nodes;
using Ddmq.Cli.Output;
using Ddmq.Config.Loading;

namespace Ddmq.Cli.Zk;

/// <summary>A member and the value that <c>--set member=value</c> gives it, checked by the class that the proxy reads it with. Immutable.</summary>
internal sealed class MemberSetting
{
    private readonly Func<JsonNode> _value;

    private MemberSetting(OptionProperty option, Func<JsonNode> value)
    {
        Option = option;
        _value = value;
    }

    /// <summary>The member.</summary>
    public OptionProperty Option { get; }

    /// <summary>Splits a text at its first equals sign.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public static (string Member, string Value) Split(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? (text[..equals].Trim(), text[(equals + 1)..])
            : throw CliException.Usage($"--set '{SafeText.Of(text)}' is not of the form member=value");
    }

    /// <summary>Checks a value; elements of a list are separated by commas.</summary>
    /// <param name="text">As typed, <c>member=value</c>.</param>
    /// <param name="sections">The classes with the members there are.</param>
    /// <exception cref="CliException">There is no such member, or the value is not one it takes.</exception>
    public static MemberSetting Parse(string text, params ReadOnlySpan<Type> sections)
    {
        (string member, string value) = Split(text);
        foreach (Type section in sections)
        {
            if (OptionSchema.Find(section, member) is { } option)
            {
                return Parse(member, value, section, option);
            }
        }

        string[] known = [.. sections.ToArray().SelectMany(OptionSchema.Of).Where(IsSettable).Select(option => option.Key)];
        string meant = Nearest.To(member, known) is { } name ? $"did you mean {name}?" : $"expected one of {string.Join(", ", known)}";
        throw CliException.Usage($"--set {SafeText.Of(member)}: unknown member; {meant}");
    }

    /// <summary>Gives the member its value.</summary>
    public void Apply(JsonObject section) => section.Put(Option.Key, _value());

    private static MemberSetting Parse(string member, string text, Type section, OptionProperty option)
    {
        if (!IsSettable(option))
        {
            throw CliException.Usage($"--set {SafeText.Of(member)}: that member is not a single value or a list of them");
        }

        if (option.Kind == OptionKind.List)
        {
            string[] elements = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return new MemberSetting(option, () => new JsonArray([.. elements.Select(element => JsonValue.Create(element))]));
        }

        object probe = Activator.CreateInstance(section)!;
        if (OptionBinder.TrySet(probe, option, text) is { } error)
        {
            throw CliException.Usage($"--set {option.Key}: {SafeText.Of(error)}");
        }

        object value = option.Property.GetValue(probe)!;
        return new MemberSetting(option, () => ToJson(value));
    }

    // Numbers in lists occur only in what nobody sets here (retryDelays).
    private static bool IsSettable(OptionProperty option) =>
        option.Kind == OptionKind.Scalar || (option.Kind == OptionKind.List && OptionSchema.ElementOf(option.Property.PropertyType) == typeof(string));

    private static JsonNode ToJson(object value) => value switch
    {
        bool flag => JsonValue.Create(flag),
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        double number => JsonValue.Create(number),
        Enum word => JsonValue.Create(word.ToString().ToUpperInvariant()),
        string text => JsonValue.Create(text),
        _ => throw new NotSupportedException(value.GetType().Name),
    };
}
