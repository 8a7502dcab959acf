using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Ddmq.Cli.Admin;
using Ddmq.Cli.Output;

namespace Ddmq.Cli.Commands;

/// <summary><c>ddmq spool</c>: what waits on the proxy's disk for its cluster. Exit code 0 says the spool works, 1 that it is in trouble.</summary>
internal static class SpoolCommand
{
    private const string Path = "api/spool";

    public static Command Create(GlobalOptions options, CliContext context)
    {
        var command = new Verb("spool", "Shows what waits on the proxy's disk for its cluster", "ddmq spool", "ddmq spool --json");
        command.SetAction((result, cancellationToken) =>
            RunAsync(options.Admin(result), options.Json(result), context, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Uri address, bool isJson, CliContext context, CancellationToken cancellationToken)
    {
        using var client = new AdminClient(address);
        using JsonDocument document = await client.GetJsonAsync(Path, cancellationToken).ConfigureAwait(false);
        try
        {
            JsonElement spool = document.RootElement;
            string? trouble = spool.GetProperty("trouble").GetString();
            if (isJson)
            {
                context.Out.WriteLine(JsonText.Compact(spool));
            }
            else
            {
                Write(context, spool, trouble);
            }

            return trouble is null ? ExitCodes.Ok : ExitCodes.Failed;
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw client.NotUnderstood(Path, exception);
        }
    }

    private static void Write(CliContext context, JsonElement spool, string? trouble)
    {
        JsonElement[] queues = [.. spool.GetProperty("queues").EnumerateArray()];
        long messages = queues.Sum(queue => queue.GetProperty("messages").GetInt64());
        long bytes = queues.Sum(queue => queue.GetProperty("bytes").GetInt64());
        context.Out.WriteLine(
            $"{Number(messages)} messages wait, {Number(bytes)} of {Number(spool.GetProperty("maxBytes").GetInt64())} bytes, {spool.GetProperty("inFlight").GetInt64()} on their way");
        if (trouble is not null)
        {
            context.Out.WriteLine($"trouble: {SafeText.Of(trouble)}");
        }

        if (queues.Length == 0)
        {
            return;
        }

        var table = new TextTable("Topic", "Cluster", ">Messages", ">Bytes", ">Oldest", ">Spooled", ">Delivered", ">Dropped", ">Refused", "Waits because");
        foreach (JsonElement queue in queues)
        {
            table.Add(
                Text(queue, "topic"), Text(queue, "cluster"), Count(queue, "messages"), Count(queue, "bytes"),
                Age(queue.GetProperty("oldestAgeSeconds").GetDouble()), Count(queue, "spooled"), Count(queue, "delivered"), Count(queue, "dropped"),
                Count(queue, "refused"), Text(queue, "waiting"));
        }

        table.WriteTo(context);
    }

    private static string Text(JsonElement queue, string name) => SafeText.Of(queue.GetProperty(name).GetString() ?? "-");

    private static string Count(JsonElement queue, string name) => queue.GetProperty(name).GetInt64().ToString(CultureInfo.InvariantCulture);

    private static string Age(double seconds) => seconds == 0 ? "-" : seconds.ToString("F0", CultureInfo.InvariantCulture) + " s";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
