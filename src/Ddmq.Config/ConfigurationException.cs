namespace Ddmq.Config;

/// <summary>
/// The configuration cannot be used. The message holds every error found, one per line, each naming the place, the
/// setting, the value and what would be right; it is written for an operator and needs no stack trace.
/// </summary>
internal sealed class ConfigurationException(IReadOnlyList<string> errors) : Exception(string.Join('\n', errors))
{
    /// <summary>The errors, in the order of the file, those of environment variables last.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}
