using System.CommandLine;
using System.Text.Json;
using Ddmq.Cli.Admin;
using Ddmq.Cli.Output;
using Ddmq.Cli.Top;

namespace Ddmq.Cli.Commands;

/// <summary>
/// <c>ddmq top</c>: rates, latencies, clusters and topics on one screen, until Ctrl-C; once where nobody looks. A proxy that goes away is waited for.
/// </summary>
internal sealed class TopCommand
{
    // The first screen should be there before somebody wonders.
    private static readonly TimeSpan FirstInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PauseBetweenTries = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly Option<string> _interval = new("--interval")
    {
        Description = "How long each screen measures: 500ms, 2s",
        HelpName = "TIME",
        DefaultValueFactory = _ => "2s",
    };

    private readonly Option<string> _sort = new("--sort") { Description = "What the topics are sorted by, the largest first", DefaultValueFactory = _ => "rate" };
    private readonly Option<int> _topics = new("--topics") { Description = "At most so many topics, in a single sample", HelpName = "N", DefaultValueFactory = _ => 50 };
    private readonly Option<bool> _once = new("--once") { Description = "Print one sample and end; so it is when standard output is no terminal, and with --json" };
    private readonly CliContext _context;

    private TopCommand(CliContext context)
    {
        _context = context;
        _sort.AcceptOnlyFromAmong("rate", "errors", "p99", "limit");
    }

    public static Command Create(GlobalOptions options, CliContext context)
    {
        var top = new TopCommand(context);
        var command = new Verb(
            "top",
            "Shows what the proxy does now: rates, latencies, clusters, topics",
            "ddmq top",
            "ddmq top --interval 500ms --sort errors",
            "ddmq top --once --json --topics 1000");
        foreach (Option option in new Option[] { top._interval, top._sort, top._topics, top._once })
        {
            command.Add(option);
        }

        command.SetAction((result, cancellationToken) =>
        {
            TimeSpan interval = DurationText.Parse("--interval", result.GetRequiredValue(top._interval));
            if (interval < Shortest || interval > Longest)
            {
                throw CliException.Usage("--interval is 100ms to 60s");
            }

            int topics = result.GetValue(top._topics);
            if (topics is < 0 or > 1000)
            {
                throw CliException.Usage($"--topics {topics} is not 0 to 1000");
            }

            string sort = result.GetRequiredValue(top._sort);
            bool isJson = options.Json(result);
            return isJson || result.GetValue(top._once) || !context.IsTerminal
                ? top.OnceAsync(options.Admin(result), interval, sort, topics, isJson, cancellationToken)
                : top.WatchAsync(options.Admin(result), interval, sort, cancellationToken);
        });
        return command;
    }

    private static string Path(TimeSpan interval, string sort, int topics) =>
        $"api/top?intervalMs={(long)interval.TotalMilliseconds}&sort={sort}&topics={topics}";

    private async Task<int> OnceAsync(
        Uri address, TimeSpan interval, string sort, int topics, bool isJson, CancellationToken cancellationToken)
    {
        const int Width = 120;
        using var client = new AdminClient(address);
        string path = Path(interval, sort, topics);
        using JsonDocument answer = await client.GetJsonAsync(path, cancellationToken, interval).ConfigureAwait(false);
        if (isJson)
        {
            _context.Out.WriteLine(JsonText.Compact(answer.RootElement));
            return ExitCodes.Ok;
        }

        foreach (string line in Lines(client, path, answer.RootElement, address, Width, int.MaxValue))
        {
            _context.Out.WriteLine(line);
        }

        return ExitCodes.Ok;
    }

    private async Task<int> WatchAsync(Uri address, TimeSpan interval, string sort, CancellationToken cancellationToken)
    {
        using var client = new AdminClient(address);
        TimeSpan next = interval < FirstInterval ? interval : FirstInterval;
        FullScreen? screen = null;
        try
        {
            while (true)
            {
                try
                {
                    (_, int height) = _context.TerminalSize();
                    string path = Path(next, sort, height);
                    using JsonDocument answer = await client.GetJsonAsync(path, cancellationToken, next).ConfigureAwait(false);
                    screen ??= new FullScreen(_context.Out);
                    (int width, height) = _context.TerminalSize();
                    screen.Draw(Lines(client, path, answer.RootElement, address, width, height));
                    next = interval;
                }
                catch (CliException exception) when (screen is not null && exception.ExitCode == ExitCodes.Unreachable)
                {
                    // It was there before: it is restarted, or stopped for now.
                    (int width, _) = _context.TerminalSize();
                    screen.Draw([Cut($"ddmq top  {address}  no answer, waiting for the proxy to come back (Ctrl-C ends)", width), Cut(exception.Message, width)]);
                    await Task.Delay(PauseBetweenTries, cancellationToken).ConfigureAwait(false);
                    next = interval < FirstInterval ? interval : FirstInterval;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how it ends.
            return ExitCodes.Ok;
        }
        finally
        {
            screen?.Dispose();
        }
    }

    private static IReadOnlyList<string> Lines(AdminClient client, string path, JsonElement answer, Uri address, int width, int height)
    {
        try
        {
            return TopScreen.Lines(answer, address, width, height);
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw client.NotUnderstood(path, exception);
        }
    }

    private static string Cut(string line, int width) => line.Length <= width ? line : line[..width];
}
