using System.CommandLine;
using System.Text.Json;
using Ddmq.Cli.Admin;
using Ddmq.Cli.Explain;
using Ddmq.Cli.Output;

namespace Ddmq.Cli.Commands;

/// <summary><c>ddmq explain</c>: what became of the last messages with a key on this proxy. Exit code 1 when there are none.</summary>
internal sealed class ExplainCommand
{
    private readonly Argument<string> _key = new("key") { Description = "The whole key" };
    private readonly Option<string?> _topic = new("--topic") { Description = "Only messages of that topic", HelpName = "T" };
    private readonly Option<int> _limit = new("--limit") { Description = "At most the last N", HelpName = "N", DefaultValueFactory = _ => 20 };

    private ExplainCommand()
    {
    }

    public static Command Create(GlobalOptions options, CliContext context)
    {
        var explain = new ExplainCommand();
        var command = new Verb(
            "explain",
            "Tells what became of a message, by its key: limits, attempts, answer, milliseconds",
            "ddmq explain order-12345",
            "ddmq explain order-12345 --topic orders --json");
        command.Add(explain._key);
        command.Add(explain._topic);
        command.Add(explain._limit);
        command.SetAction((result, cancellationToken) =>
        {
            int limit = result.GetValue(explain._limit);
            return limit is < 1 or > 1000
                ? throw CliException.Usage($"--limit {limit} is not 1 to 1000")
                : RunAsync(
                    options.Admin(result), result.GetRequiredValue(explain._key), result.GetValue(explain._topic), limit, options.Json(result), context,
                    cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        Uri address, string key, string? topic, int limit, bool isJson, CliContext context, CancellationToken cancellationToken)
    {
        string path = $"api/explain?key={Uri.EscapeDataString(key)}&limit={limit}" + (topic is null ? "" : $"&topic={Uri.EscapeDataString(topic)}");
        using var client = new AdminClient(address);
        using JsonDocument document = await client.GetJsonAsync(path, cancellationToken).ConfigureAwait(false);
        try
        {
            JsonElement answer = document.RootElement;
            bool isFound = answer.GetProperty("messages").GetArrayLength() > 0;
            if (isJson)
            {
                context.Out.WriteLine(JsonText.Compact(answer));
                return isFound ? ExitCodes.Ok : ExitCodes.Failed;
            }

            if (!isFound)
            {
                throw new CliException(ExitCodes.Failed, Explanation.OfNothing(answer, TimeProvider.System.GetUtcNow()));
            }

            foreach (string line in Explanation.Lines(answer, address, TimeZoneInfo.Local, TimeProvider.System.GetUtcNow()))
            {
                context.Out.WriteLine(line);
            }

            return ExitCodes.Ok;
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw client.NotUnderstood(path, exception);
        }
    }
}
