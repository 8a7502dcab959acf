using System.Collections;
using System.Text;

namespace Ddmq.Cli.Output;

/// <summary>
/// What a command has to do with: streams, terminal, environment. The process's own, or a test's. Not thread-safe.
/// </summary>
internal sealed class CliContext : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <param name="output">Takes what the command was asked for; becomes the context's.</param>
    /// <param name="error">Takes errors and progress; stays the caller's.</param>
    public CliContext(Stream output, TextWriter error)
    {
        Out = new StreamWriter(output, Utf8, bufferSize: 16 * 1024);
        Error = error;
    }

    /// <summary>Standard output; buffered, so <see cref="TextWriter.Flush()"/> before waiting for anything.</summary>
    public StreamWriter Out { get; }

    /// <summary>Standard error.</summary>
    public TextWriter Error { get; }

    /// <summary>Opens standard input.</summary>
    public Func<Stream> Input { get; init; } = () => Stream.Null;

    /// <summary>Whether standard input is a file or pipe.</summary>
    public bool IsInputRedirected { get; init; }

    /// <summary>Whether a person looks at standard output.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Columns and rows of the terminal at the moment.</summary>
    public Func<(int Width, int Height)> TerminalSize { get; init; } = () => (80, 24);

    /// <summary>Reads an environment variable; null when it is not set.</summary>
    public Func<string, string?> Variable { get; init; } = _ => null;

    /// <summary>All of them, for what reads a proxy's configuration.</summary>
    public Func<IReadOnlyDictionary<string, string?>> Variables { get; init; } = () => new Dictionary<string, string?>();

    /// <summary>The context of this process.</summary>
    public static CliContext OfProcess() => new(StandardOutput.Open(), Console.Error)
    {
        Input = Console.OpenStandardInput,
        IsInputRedirected = Console.IsInputRedirected,
        IsTerminal = !Console.IsOutputRedirected,
        TerminalSize = () => (Math.Max(Console.WindowWidth, 1), Math.Max(Console.WindowHeight, 1)),
        Variable = name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null,
        Variables = () => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value, StringComparer.Ordinal),
    };

    /// <summary>Writes what is left, unless nobody reads it any more.</summary>
    public void Dispose()
    {
        try
        {
            Out.Dispose();
        }
        catch (IOException)
        {
            // The reader has gone; it has what it wanted.
        }
    }
}
