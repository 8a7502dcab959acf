using Ddmq.FunctionalTests.Scripts;

namespace Ddmq.FunctionalTests.RealClients;

/// <summary>Reads a topic back as an operator would, by <c>ddmq tail</c>.</summary>
internal static class CommandLineTail
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Everything in the topic, read with the command line this test was built with.</summary>
    public static IReadOnlyList<StoredMessage> Read(Uri admin, string topic) =>
        Read("dotnet", [Path.Combine(AppContext.BaseDirectory, "ddmq.dll")], admin, topic);

    /// <summary>Everything in the topic, read with the command given.</summary>
    public static IReadOnlyList<StoredMessage> Read(string program, IEnumerable<string> arguments, Uri admin, string topic)
    {
        ScriptResult tail = Script.Run(
            program,
            [.. arguments, "tail", topic, "--from", "earliest", "--json", "--admin", admin.ToString()],
            Path.GetTempPath(),
            [],
            Limit);
        return tail.ExitCode == 0
            ? [.. JsonLines.Parse<StoredMessage>(tail.Output)]
            : throw new InvalidOperationException($"ddmq tail ended with exit code {tail.ExitCode}: {tail.Error}");
    }
}
