namespace Ddmq.Config;

/// <summary>
/// What a setting's value must fulfil beyond its type. Stands on the property, so that the loader, the error texts and
/// the table in docs/configuration.md cannot disagree.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal abstract class ValueRuleAttribute : Attribute
{
    /// <summary>What is allowed, to go after "expected", for example <c>1 to 64</c>.</summary>
    public abstract string Expected { get; }

    /// <summary>Whether the value, of the property's type (or its elements' type), is allowed.</summary>
    public abstract bool Allows(object value);
}
