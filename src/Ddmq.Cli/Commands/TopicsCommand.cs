using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Ddmq.Cli.Admin;
using Ddmq.Cli.Output;

namespace Ddmq.Cli.Commands;

/// <summary><c>ddmq topics</c>: what the embedded store holds; with a topic's name, each of its partitions.</summary>
internal static class TopicsCommand
{
    private const string Path = "api/topics";

    public static Command Create(GlobalOptions options, CliContext context)
    {
        var topic = new Argument<string?>("topic")
        {
            Description = "Only this topic, partition by partition",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Verb(
            "topics", "Lists the topics of the embedded store", "ddmq topics", "ddmq topics orders", "ddmq topics --json");
        command.Add(topic);
        command.SetAction((result, cancellationToken) =>
            RunAsync(options.Admin(result), result.GetValue(topic), options.Json(result), context, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        Uri address, string? name, bool isJson, CliContext context, CancellationToken cancellationToken)
    {
        using var client = new AdminClient(address);
        using JsonDocument document = await client.GetJsonAsync(Path, cancellationToken).ConfigureAwait(false);
        try
        {
            JsonElement topics = document.RootElement;
            if (name is null)
            {
                Write(context, topics, isJson ? JsonText.Compact(topics) : null, Topics);
                return ExitCodes.Ok;
            }

            JsonElement topic = topics.EnumerateArray().FirstOrDefault(element => element.GetProperty("topic").GetString() == name);
            if (topic.ValueKind == JsonValueKind.Undefined)
            {
                throw new CliException(ExitCodes.Failed, $"topic {SafeText.Of(name)} is not in the embedded store; ddmq topics lists what is");
            }

            Write(context, topic, isJson ? JsonText.Compact(topic) : null, Partitions);
            return ExitCodes.Ok;
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw client.NotUnderstood(Path, exception);
        }
    }

    private static void Write(CliContext context, JsonElement element, string? json, Func<JsonElement, TextTable> table)
    {
        if (json is not null)
        {
            context.Out.WriteLine(json);
        }
        else
        {
            table(element).WriteTo(context);
        }
    }

    private static TextTable Topics(JsonElement topics)
    {
        var table = new TextTable("Topic", ">Partitions", ">Messages", ">Bytes");
        foreach (JsonElement topic in topics.EnumerateArray())
        {
            JsonElement[] partitions = [.. topic.GetProperty("partitions").EnumerateArray()];
            table.Add(
                SafeText.Of(topic.GetProperty("topic").GetString()!),
                Number(partitions.Length),
                Number(partitions.Sum(Messages)),
                Number(partitions.Sum(partition => partition.GetProperty("bytes").GetInt64())));
        }

        return table;
    }

    private static TextTable Partitions(JsonElement topic)
    {
        var table = new TextTable(">Partition", ">First offset", ">Next offset", ">Messages", ">Bytes");
        foreach (JsonElement partition in topic.GetProperty("partitions").EnumerateArray())
        {
            table.Add(
                Number(partition.GetProperty("partition").GetInt64()),
                Number(partition.GetProperty("firstOffset").GetInt64()),
                Number(partition.GetProperty("nextOffset").GetInt64()),
                Number(Messages(partition)),
                Number(partition.GetProperty("bytes").GetInt64()));
        }

        return table;
    }

    private static long Messages(JsonElement partition) =>
        partition.GetProperty("nextOffset").GetInt64() - partition.GetProperty("firstOffset").GetInt64();

    // Without separators: what one table shows, another command takes as an argument (--from OFFSET).
    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
