using System.CommandLine;
using Ddmq.Cli.Output;
using Ddmq.Cli.Replaying;
using Ddmq.Cli.Sending;
using Ddmq.Thrift.Client;
using Ddmq.Thrift.Protocol;

namespace Ddmq.Cli.Commands;

/// <summary><c>ddmq replay</c>: sends again what a drop log holds. Exit code 0 only when every line asked for was sent and answered 0.</summary>
internal sealed class ReplayCommand
{
    private const long DefaultTimeoutMs = 3000;

    private static readonly TimeSpan ReplyGrace = TimeSpan.FromSeconds(10);

    private readonly Argument<string> _file = new("file") { Description = "The drop log: logs/drop-*.log or logs/spool-drop-*.log" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would be sent, and send nothing" };
    private readonly Option<double?> _rate = new("--rate") { Description = "Messages a second at most", HelpName = "N" };
    private readonly Option<string?> _topic = new("--topic") { Description = "Only messages of this topic", HelpName = "NAME" };
    private readonly Option<long> _timeout = new("--timeout")
    {
        Description = "How long the proxy may take for each message, in ms; 0 for its own limit",
        HelpName = "MS",
        DefaultValueFactory = _ => DefaultTimeoutMs,
    };

    private ReplayCommand()
    {
    }

    public static Command Create(GlobalOptions options, CliContext context)
    {
        var replay = new ReplayCommand();
        var command = new Verb(
            "replay",
            "Sends again what a drop log holds",
            "ddmq replay logs/spool-drop-20260105.log --dry-run",
            "ddmq replay logs/spool-drop-20260105.log --rate 500",
            "ddmq replay logs/drop-20260105.log --topic orders");
        command.Add(replay._file);
        command.Add(replay._dryRun);
        command.Add(replay._rate);
        command.Add(replay._topic);
        command.Add(replay._timeout);
        command.SetAction((result, cancellationToken) =>
            replay.RunAsync(result, options.Proxy(result), options.Json(result), context, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(
        ParseResult result, (string Host, int Port) proxy, bool isJson, CliContext context, CancellationToken cancellationToken)
    {
        double? rate = result.GetValue(_rate);
        if (rate is <= 0)
        {
            throw CliException.Usage($"--rate {rate} is too small; more than 0 messages a second are sent");
        }

        bool isDryRun = result.GetValue(_dryRun);
        await using FileStream file = Open(result.GetRequiredValue(_file));
        var summary = new ReplaySummary();
        if (isDryRun)
        {
            await ForEachAsync(file, result.GetValue(_topic), summary, context, (_, _) => Task.FromResult(true), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await using ProducerClient client = await ConnectAsync(proxy, cancellationToken).ConfigureAwait(false);
            long timeoutMs = result.GetValue(_timeout);
            client.CallTimeout = ReplyGrace + TimeSpan.FromMilliseconds(Math.Max(timeoutMs, DefaultTimeoutMs));
            var replayer = new Replayer(client, timeoutMs, rate, outcome => Report(outcome, summary, context));
            await ForEachAsync(
                file, result.GetValue(_topic), summary, context, (line, message) => replayer.SendAsync(line, message.Message, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
            summary.IsComplete &= await replayer.FinishAsync().ConfigureAwait(false);
        }

        context.Out.WriteLine(isJson ? summary.ToJson(isDryRun) : summary.ToLine(isDryRun));
        return cancellationToken.IsCancellationRequested ? ExitCodes.Interrupted
            : summary is { IsComplete: true, Unusable: 0 } && (isDryRun || summary.Ok == summary.Sent) ? ExitCodes.Ok
            : ExitCodes.Failed;
    }

    private static async Task ForEachAsync(
        Stream file,
        string? topic,
        ReplaySummary summary,
        CliContext context,
        Func<long, DroppedMessage, Task<bool>> sendAsync,
        CancellationToken cancellationToken)
    {
        var reader = new LineReader(file);
        try
        {
            for (long number = 1; await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line; number++)
            {
                if (line.IsEmpty)
                {
                    continue;
                }

                summary.Lines++;
                if (!DroppedMessage.TryParse(line, out DroppedMessage? message, out string? reason))
                {
                    summary.Unusable++;
                    context.Error.WriteLine($"line {number} {SafeText.Of(reason)}");
                }
                else if (topic is not null && message.Topic != topic)
                {
                    summary.OfOtherTopics++;
                }
                else
                {
                    summary.Sent++;
                    summary.PossibleDuplicates += message.MayBeStored ? 1 : 0;
                    if (!await sendAsync(number, message).ConfigureAwait(false))
                    {
                        summary.IsComplete = false;
                        return;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            summary.IsComplete = false;
        }
    }

    private static void Report(SendOutcome outcome, ReplaySummary summary, CliContext context)
    {
        if (outcome.IsOk)
        {
            summary.Ok++;
        }
        else
        {
            string code = outcome.Code is { } number ? $"code {number} {SendSummary.NameOf(number)}" : "no result";
            context.Error.WriteLine($"line {outcome.Number}: {code}: {SafeText.Of(outcome.Text)}");
        }
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"cannot read the drop log: {SafeText.Of(exception.Message)}");
        }
    }

    private static async Task<ProducerClient> ConnectAsync((string Host, int Port) proxy, CancellationToken cancellationToken)
    {
        try
        {
            return await ProducerClient.ConnectAsync(proxy.Host, proxy.Port, ThriftProtocol.Compact, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw ProxyUnreachable.Because(proxy, exception);
        }
    }
}
