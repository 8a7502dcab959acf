using System.Reflection;
using System.Text.Json;

namespace Ddmq.Config.Loading;

/// <summary>One property of an options class as the file knows it. Immutable.</summary>
internal sealed class OptionProperty
{
    public OptionProperty(PropertyInfo property)
    {
        Property = property;
        Key = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
        Kind = OptionSchema.KindOf(property.PropertyType);
        Rule = property.GetCustomAttribute<ValueRuleAttribute>();
        NoEffect = property.GetCustomAttribute<NoEffectAttribute>();
        IsSecret = property.IsDefined(typeof(SecretAttribute));
        EnvironmentAlias = property.GetCustomAttribute<EnvironmentAliasAttribute>()?.Variable;
    }

    public PropertyInfo Property { get; }

    /// <summary>The key in the file, for example <c>selectorThreads</c>.</summary>
    public string Key { get; }

    public OptionKind Kind { get; }

    public ValueRuleAttribute? Rule { get; }

    public NoEffectAttribute? NoEffect { get; }

    public bool IsSecret { get; }

    public string? EnvironmentAlias { get; }
}
