namespace Ddmq.Config.Loading;

/// <summary>A list.</summary>
/// <param name="Items">The elements.</param>
/// <inheritdoc cref="ConfigNode"/>
internal sealed record ConfigSequence(IReadOnlyList<ConfigNode> Items, long Line, long Column) : ConfigNode(Line, Column);
