namespace Ddmq.Config;

/// <summary>
/// The setting is read and checked, because files and consoles written for the original proxy carry it, and changes
/// nothing in this version.
/// </summary>
/// <param name="because">What decides instead, or which feature is missing; for documentation and the warning.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NoEffectAttribute(string because) : Attribute
{
    public string Because { get; } = because;

    /// <summary>
    /// True when an operator who sets it would miss something: a value other than the default is then warned about at start.
    /// </summary>
    public bool Warns { get; init; }
}
