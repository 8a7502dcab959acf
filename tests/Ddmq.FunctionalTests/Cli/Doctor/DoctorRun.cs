using System.Text.Json;
using Ddmq.TestKit;
using Xunit;

namespace Ddmq.FunctionalTests.Cli.Doctor;

/// <summary>One run of <c>ddmq doctor</c> on a configuration of the test's, and what it found.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Lines">Each result as <c>outcome check: found -> remedy</c>.</param>
internal sealed record DoctorRun(int ExitCode, IReadOnlyList<string> Lines)
{
    // A busy machine is not what a test is about.
    private static readonly string[] UnderLoad = ["--timeout", "30s"];

    /// <summary>Runs it on a text that is written to a file in a home folder of its own.</summary>
    /// <param name="yaml">The configuration.</param>
    /// <param name="arguments">Further arguments.</param>
    public static async Task<DoctorRun> OnAsync(string yaml, params string[] arguments)
    {
        using var home = new ScratchFolder();
        string file = home.Write("config/carrera.yaml", yaml);
        CliRun run = await CliRun.RunAsync(
            ["doctor", file, "--json", .. arguments.Contains("--timeout") ? [] : UnderLoad, .. arguments], variables: new Dictionary<string, string> { ["DDMQ_HOME"] = home.Path });
        Assert.Equal("", run.Error);
        using JsonDocument json = JsonDocument.Parse(run.Out);
        Assert.Equal(run.ExitCode == 0, json.RootElement.GetProperty("ok").GetBoolean());
        return new DoctorRun(run.ExitCode, [.. json.RootElement.GetProperty("checks").EnumerateArray().Select(check =>
            $"{check.GetProperty("outcome").GetString()} {check.GetProperty("check").GetString()}: {check.GetProperty("found").GetString()} -> {check.GetProperty("remedy").GetString()}")]);
    }

    /// <summary>Fails the test unless the exit code is that one.</summary>
    public void EndsWith(int exitCode) => Assert.True(ExitCode == exitCode, $"exit code {ExitCode} instead of {exitCode}:\n{string.Join('\n', Lines)}");

    /// <summary>Fails the test unless a line begins with the first text and has the others.</summary>
    public void Says(string begins, params string[] parts) => Assert.True(
        Lines.Any(line => line.StartsWith(begins, StringComparison.Ordinal) && parts.All(part => line.Contains(part, StringComparison.Ordinal))),
        $"nothing says '{begins}' and '{string.Join("', '", parts)}' in:\n{string.Join('\n', Lines)}");

    /// <summary>Fails the test when a line begins so.</summary>
    public void DoesNotSay(string begins) => Assert.DoesNotContain(Lines, line => line.StartsWith(begins, StringComparison.Ordinal));
}
