namespace Ddmq.Config.Loading;

/// <summary>Keys with their values, in the order of the file, duplicates included.</summary>
/// <param name="Entries">The pairs.</param>
/// <inheritdoc cref="ConfigNode"/>
internal sealed record ConfigMapping(IReadOnlyList<(ConfigScalar Key, ConfigNode Value)> Entries, long Line, long Column)
    : ConfigNode(Line, Column);
