namespace Ddmq.Config;

/// <summary>A configuration that passed every check.</summary>
/// <param name="Options">The settings in force.</param>
/// <param name="Warnings">What the operator should know, one line each, to be logged once logging is up.</param>
/// <param name="SourceOf">For a setting's path: <c>default</c>, <c>file</c>, or the environment variable it came from.</param>
internal sealed record LoadedConfiguration(CarreraOptions Options, IReadOnlyList<string> Warnings, Func<string, string> SourceOf);
