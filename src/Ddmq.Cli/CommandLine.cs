using System.CommandLine;
using Ddmq.Cli.Commands;
using Ddmq.Cli.Commands.Zk;
using Ddmq.Cli.Output;

namespace Ddmq.Cli;

/// <summary>The command as a whole: parses, runs a verb, turns what went wrong into one line and an exit code.</summary>
internal static class CommandLine
{
    /// <summary>Runs one command line.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="context">What the command reads and writes.</param>
    /// <param name="cancellationToken">Stands for Ctrl-C, which is also heeded.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, CliContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            RootCommand root = Build(context);

            // A body that begins with @ is a body, not a file of further arguments.
            ParseResult result = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (result.Errors.Count > 0 && result.Action is not { ClearsParseErrors: true })
            {
                throw CliException.Usage(UsageErrors.Describe(result));
            }

            int exitCode = await result.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = context.Out,
                    Error = context.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
                },
                cancellationToken).ConfigureAwait(false);
            await context.Out.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            return exitCode;
        }
        catch (BrokenPipeException)
        {
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (CliException exception)
        {
            return await FailAsync(context, exception.Message, exception.ExitCode).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // A bug, or a machine in trouble. The stack is for whoever asks for it.
            string text = context.Variable("DDMQ_DEBUG") is null ? exception.Message : exception.ToString();
            return await FailAsync(context, $"{exception.GetType().Name}: {text} (DDMQ_DEBUG=1 shows where)", ExitCodes.Failed)
                .ConfigureAwait(false);
        }
    }

    private static RootCommand Build(CliContext context)
    {
        var root = new RootCommand(
            "Sends messages through a Ddmq proxy, reads them back, shows what the proxy does, measures it, finds what is wrong with it, and configures it in ZooKeeper.");
        var options = new GlobalOptions(context);
        options.AddTo(root);
        root.Add(SendCommand.Create(options, context));
        root.Add(TailCommand.Create(options, context));
        root.Add(TopicsCommand.Create(options, context));
        root.Add(StatusCommand.Create(options, context));
        root.Add(TopCommand.Create(options, context));
        root.Add(ExplainCommand.Create(options, context));
        root.Add(SpoolCommand.Create(options, context));
        root.Add(ReplayCommand.Create(options, context));
        root.Add(BenchCommand.Create(options, context));
        root.Add(DoctorCommand.Create(options, context));
        root.Add(ZkCommand.Create(options, context));
        Verb.ShowExamplesInHelp(root);
        return root;
    }

    private static async Task<int> FailAsync(CliContext context, string message, int exitCode)
    {
        try
        {
            // What came before the error comes before it on the screen too.
            await context.Out.FlushAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The error is what matters now.
        }

        await context.Error.WriteLineAsync($"ddmq: {message}").ConfigureAwait(false);
        return exitCode;
    }
}
