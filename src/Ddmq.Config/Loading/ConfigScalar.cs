namespace Ddmq.Config.Loading;

/// <summary>A single value.</summary>
/// <param name="Text">The text without quotes.</param>
/// <param name="IsPlain">True when it was not quoted.</param>
/// <inheritdoc cref="ConfigNode"/>
internal sealed record ConfigScalar(string Text, bool IsPlain, long Line, long Column) : ConfigNode(Line, Column)
{
    /// <summary>Nothing after the colon, <c>~</c> or <c>null</c>: the setting keeps its default.</summary>
    public bool IsNull => IsPlain && Text is ("" or "~" or "null" or "Null" or "NULL");
}
