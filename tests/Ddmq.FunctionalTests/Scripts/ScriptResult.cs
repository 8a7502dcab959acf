namespace Ddmq.FunctionalTests.Scripts;

/// <summary>How a script ended and what it said.</summary>
public sealed record ScriptResult(int ExitCode, string Output, string Error);
