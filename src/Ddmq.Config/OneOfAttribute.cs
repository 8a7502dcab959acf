namespace Ddmq.Config;

/// <summary>A text that is one of a few words.</summary>
/// <param name="words">The words.</param>
internal sealed class OneOfAttribute(params string[] words) : ValueRuleAttribute
{
    public override string Expected => string.Join(", ", words);

    public override bool Allows(object value) => words.Contains((string)value, StringComparer.Ordinal);
}
