namespace Ddmq.Config.Loading;

/// <summary>A piece of the YAML file with the place where it begins, so that an error can point at it. Immutable.</summary>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
internal abstract record ConfigNode(long Line, long Column);
