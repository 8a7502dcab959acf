namespace Ddmq.Cli;

/// <summary>Ends the command with one line on stderr and an exit code.</summary>
/// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="message">What is wrong, and what would be right.</param>
internal sealed class CliException(int exitCode, string message) : Exception(message)
{
    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>The command line is wrong.</summary>
    public static CliException Usage(string message) => new(ExitCodes.Usage, message);
}
