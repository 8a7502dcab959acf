using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Ddmq.Cli.Admin;
using Ddmq.Cli.Output;

namespace Ddmq.Cli.Commands;

/// <summary><c>ddmq status</c>: is the proxy ready, and what has it done. Exit code 0 says ready, 1 not ready, 3 not there.</summary>
internal static class StatusCommand
{
    public static Command Create(GlobalOptions options, CliContext context)
    {
        var command = new Verb(
            "status", "Tells whether the proxy is ready, and what it has done so far", "ddmq status", "ddmq status --json");
        command.SetAction((result, cancellationToken) =>
            RunAsync(options.Admin(result), options.Json(result), context, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Uri address, bool isJson, CliContext context, CancellationToken cancellationToken)
    {
        const string Path = "api/status";
        using var client = new AdminClient(address);
        using JsonDocument document = await client.GetJsonAsync(Path, cancellationToken).ConfigureAwait(false);
        try
        {
            JsonElement status = document.RootElement;
            bool isReady = status.GetProperty("ready").GetBoolean();
            if (isJson)
            {
                context.Out.WriteLine(JsonText.Compact(status));
            }
            else
            {
                Write(context.Out, address, status, isReady);
            }

            return isReady ? ExitCodes.Ok : ExitCodes.Failed;
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw client.NotUnderstood(Path, exception);
        }
    }

    private static void Write(TextWriter output, Uri address, JsonElement status, bool isReady)
    {
        JsonElement messages = status.GetProperty("messages");
        string reason = SafeText.Of(status.GetProperty("reason").GetString() ?? "no reason given");
        TimeSpan uptime = TimeSpan.FromSeconds(status.GetProperty("uptimeSeconds").GetInt64());
        IEnumerable<string> answers = messages.GetProperty("answered").EnumerateObject()
            .Select(answer => $"{SafeText.Of(answer.Name)} {Number(answer.Value)}");
        string answered = string.Join(", ", answers);

        output.WriteLine(isReady ? "ready" : $"not ready: {reason}");
        output.WriteLine($"proxy        {address}, version {SafeText.Of(status.GetProperty("version").GetString() ?? "unknown")}, process {status.GetProperty("processId").GetInt64()}");
        output.WriteLine($"up           {uptime.ToString(uptime.Days > 0 ? @"d\d\ hh\:mm\:ss" : @"hh\:mm\:ss", CultureInfo.InvariantCulture)}");
        output.WriteLine($"connections  {Number(status.GetProperty("connections"))}");
        output.WriteLine($"topics       {Number(status.GetProperty("topics"))}");
        output.WriteLine($"messages     {Number(messages.GetProperty("received"))} received, {Number(messages.GetProperty("inFlight"))} in flight");
        output.WriteLine($"answered     {(answered.Length > 0 ? answered : "none")}");
    }

    private static string Number(JsonElement value) => value.GetInt64().ToString("N0", CultureInfo.InvariantCulture);
}
