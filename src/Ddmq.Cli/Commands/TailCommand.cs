using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Ddmq.Cli.Admin;
using Ddmq.Cli.Output;

namespace Ddmq.Cli.Commands;

/// <summary><c>ddmq tail</c>: messages of a topic of the embedded store, the last ones or from an offset on.</summary>
internal sealed class TailCommand
{
    private const int DefaultLast = 10;

    private readonly Argument<string> _topic = new("topic") { Description = "The topic" };
    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Go on with what comes, until Ctrl-C" };
    private readonly Option<string?> _from = new("--from")
    {
        Description = "Where to begin in each partition",
        HelpName = "earliest|latest|OFFSET",
    };

    private readonly Option<int?> _last = new("--last", "-n")
    {
        Description = $"Begin with the last N messages [default without --from: {DefaultLast}]",
        HelpName = "N",
    };

    private readonly Option<int?> _partition = new("--partition", "-p") { Description = "Only this partition", HelpName = "N" };
    private readonly Option<long?> _limit = new("--limit") { Description = "End after N messages", HelpName = "N" };
    private readonly Option<bool> _raw = new("--raw") { Description = "Print bodies only, byte for byte, each followed by a line feed" };
    private readonly Option<bool> _raw0 = new("--raw0") { Description = "The same with a zero byte behind each, for bodies of several lines" };

    private TailCommand()
    {
    }

    public static Command Create(GlobalOptions options, CliContext context)
    {
        var tail = new TailCommand();
        var command = new Verb(
            "tail",
            "Prints messages of a topic of the embedded store",
            "ddmq tail orders",
            "ddmq tail orders -f",
            "ddmq tail orders --from earliest --partition 0 --json | jq -r .bodyBase64");
        command.Add(tail._topic);
        foreach (Option option in new Option[] { tail._follow, tail._from, tail._last, tail._partition, tail._limit, tail._raw, tail._raw0 })
        {
            command.Add(option);
        }

        command.SetAction((result, cancellationToken) => RunAsync(
            options.Admin(result), tail.Path(result), tail.Format(result, options.Json(result)), context, cancellationToken));
        return command;
    }

    /// <summary>Which way a message is written.</summary>
    private enum TailFormat
    {
        Line,
        Json,
        Raw,
        RawZero,
    }

    private static async Task<int> RunAsync(
        Uri address, string path, TailFormat format, CliContext context, CancellationToken cancellationToken)
    {
        using var client = new AdminClient(address);
        try
        {
            // What has come must be seen before the next message is waited for.
            await foreach (ReadOnlyMemory<byte> line in client.GetLinesAsync(path, context.Out.Flush, cancellationToken).ConfigureAwait(false))
            {
                Write(context.Out, line, format);
            }

            return ExitCodes.Ok;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how a tail ends.
            return ExitCodes.Ok;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw client.NotUnderstood(path, exception);
        }
    }

    private static void Write(StreamWriter output, ReadOnlyMemory<byte> line, TailFormat format)
    {
        if (format == TailFormat.Json)
        {
            output.WriteLine(Encoding.UTF8.GetString(line.Span));
            return;
        }

        using JsonDocument message = JsonDocument.Parse(line);
        if (format == TailFormat.Line)
        {
            output.WriteLine(MessageLine.Format(message.RootElement, TimeZoneInfo.Local));
            return;
        }

        // Bytes go past the writer, which would take them for text.
        output.Flush();
        byte[] body = message.RootElement.GetProperty("bodyBase64").GetBytesFromBase64();
        output.BaseStream.Write([.. body, format == TailFormat.Raw ? (byte)'\n' : (byte)0]);
    }

    private TailFormat Format(ParseResult result, bool isJson)
    {
        TailFormat[] formats =
        [
            .. isJson ? [TailFormat.Json] : Array.Empty<TailFormat>(),
            .. result.GetValue(_raw) ? [TailFormat.Raw] : Array.Empty<TailFormat>(),
            .. result.GetValue(_raw0) ? [TailFormat.RawZero] : Array.Empty<TailFormat>(),
        ];
        return formats.Length switch
        {
            0 => TailFormat.Line,
            1 => formats[0],
            _ => throw CliException.Usage("--json, --raw and --raw0 exclude each other"),
        };
    }

    private string Path(ParseResult result)
    {
        string? from = result.GetValue(_from);
        int? last = result.GetValue(_last);
        if (from is not null && last is not null)
        {
            throw CliException.Usage("--from and --last exclude each other");
        }

        if (from is not (null or "earliest" or "latest")
            && !ulong.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            throw CliException.Usage($"--from '{SafeText.Of(from)}' is neither earliest nor latest nor an offset (0 and up)");
        }

        var path = new StringBuilder($"api/topics/{Uri.EscapeDataString(result.GetRequiredValue(_topic))}/messages");
        path.Append(from is null ? $"?last={NotNegative(last ?? DefaultLast, _last)}" : $"?from={from}");
        if (result.GetValue(_partition) is { } partition)
        {
            path.Append(CultureInfo.InvariantCulture, $"&partition={NotNegative(partition, _partition)}");
        }

        if (result.GetValue(_limit) is { } limit)
        {
            path.Append(CultureInfo.InvariantCulture, $"&limit={NotNegative(limit, _limit)}");
        }

        return path.Append(result.GetValue(_follow) ? "&follow=true" : "").ToString();
    }

    private static long NotNegative(long value, Option option) =>
        value >= 0 ? value : throw CliException.Usage($"{option.Name} {value} is negative");
}
