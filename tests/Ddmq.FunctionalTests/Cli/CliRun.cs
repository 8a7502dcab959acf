using System.Text;
using Ddmq.Cli;
using Ddmq.Cli.Output;

namespace Ddmq.FunctionalTests.Cli;

/// <summary>What one run of <c>ddmq</c> in this process came to.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="OutBytes">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to standard error.</param>
internal sealed record CliRun(int ExitCode, byte[] OutBytes, string Error)
{
    public string Out => Encoding.UTF8.GetString(OutBytes);

    public string[] OutLines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Runs a command line to its end.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="input">Standard input; null for a terminal nobody types at.</param>
    /// <param name="output">Takes standard output in place of the result's bytes.</param>
    /// <param name="variables">The environment.</param>
    /// <param name="cancellationToken">Stands for Ctrl-C.</param>
    /// <param name="typed">What somebody types at the terminal that standard input is; read only when asked for.</param>
    public static async Task<CliRun> RunAsync(
        IReadOnlyList<string> arguments,
        byte[]? input = null,
        Stream? output = null,
        IReadOnlyDictionary<string, string>? variables = null,
        CancellationToken cancellationToken = default,
        Stream? typed = null)
    {
        using var bytes = new MemoryStream();
        var error = new StringWriter();
        int exitCode;
        using (var context = new CliContext(output ?? bytes, error)
        {
            Input = () => typed ?? new MemoryStream(input ?? []),
            IsInputRedirected = input is not null,
            Variable = name => variables?.GetValueOrDefault(name),
            Variables = () => (variables ?? new Dictionary<string, string>()).ToDictionary(variable => variable.Key, variable => (string?)variable.Value),
        })
        {
            exitCode = await CommandLine.RunAsync(arguments, context, cancellationToken);
        }

        return new CliRun(exitCode, bytes.ToArray(), error.ToString());
    }
}
