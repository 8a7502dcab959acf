using System.CommandLine;
using Ddmq.Cli.Output;
using Ddmq.Cli.Sending;
using Ddmq.Thrift.Client;
using Ddmq.Thrift.Protocol;

namespace Ddmq.Cli.Commands;

/// <summary><c>ddmq send</c>: messages from the command line, a file or a pipe. Exit code 0 only when every one is stored.</summary>
internal sealed class SendCommand
{
    private const long DefaultTimeoutMs = 3000;
    private const int DefaultPipeline = 64;
    private const string StandardInput = "-";

    // What a reply may take beyond the proxy's own time limit.
    private static readonly TimeSpan ReplyGrace = TimeSpan.FromSeconds(10);

    private readonly Argument<string> _topic = new("topic") { Description = "The topic" };
    private readonly Argument<string?> _body = new("body")
    {
        Description = "The body; without it, every line of standard input is one (a pipe or file)",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _key = new("--key") { Description = "The key [default: 16 random letters and digits per message]" };
    private readonly Option<bool> _noKey = new("--no-key") { Description = "Send no key" };
    private readonly Option<string[]> _tags = new("--tag") { Description = "A tag; may be repeated", Arity = ArgumentArity.OneOrMore };
    private readonly Option<int?> _partition = new("--partition", "-p") { Description = "The partition [default: any]", HelpName = "N" };
    private readonly Option<long?> _hashId = new("--hash-id")
    {
        Description = "Choose the partition by this number: the same number, the same partition",
        HelpName = "N",
    };

    private readonly Option<string[]> _properties = new("--property")
    {
        Description = "A property; may be repeated",
        HelpName = "NAME=VALUE",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<long?> _count = new("--count", "-n")
    {
        Description = $"Send the body N times, with the message's number where it says {BodySource.Counter}",
        HelpName = "N",
    };

    private readonly Option<string?> _file = new("--file") { Description = "Every line of the file is a body; - is standard input", HelpName = "PATH" };
    private readonly Option<long> _timeout = new("--timeout")
    {
        Description = "How long the proxy may take for each message, in ms; 0 for its own limit",
        HelpName = "MS",
        DefaultValueFactory = _ => DefaultTimeoutMs,
    };

    private readonly Option<bool> _async = new("--async") { Description = "Call sendAsync instead of sendSync" };
    private readonly Option<int> _pipeline = new("--pipeline")
    {
        Description = "Messages in flight at most",
        HelpName = "N",
        DefaultValueFactory = _ => DefaultPipeline,
    };

    private readonly Option<string> _protocol = ProtocolOption.Create();

    private SendCommand()
    {
    }

    public static Command Create(GlobalOptions options, CliContext context)
    {
        var send = new SendCommand();
        var command = new Verb(
            "send",
            "Sends messages",
            "ddmq send orders 'a message' --key 42 --tag red --property traceId=7",
            "ddmq send orders 'message {n}' --count 1000",
            "ddmq send orders --file bodies.txt",
            "some-program | ddmq send orders",
            "ddmq send orders -- '-a body that begins with a dash'");
        command.Add(send._topic);
        command.Add(send._body);
        foreach (Option option in new Option[]
        {
            send._key, send._noKey, send._tags, send._partition, send._hashId, send._properties, send._count, send._file,
            send._timeout, send._async, send._pipeline, send._protocol,
        })
        {
            command.Add(option);
        }

        command.SetAction((result, cancellationToken) =>
            send.RunAsync(result, options.Proxy(result), options.Json(result), context, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(
        ParseResult result, (string Host, int Port) proxy, bool isJson, CliContext context, CancellationToken cancellationToken)
    {
        SendTemplate template = Template(result);
        long timeoutMs = result.GetValue(_timeout);
        int pipeline = result.GetValue(_pipeline);
        if (pipeline < 1)
        {
            throw CliException.Usage($"--pipeline {pipeline} is too small; at least 1 message is in flight");
        }

        await using Stream? input = OpenInput(result, context);
        IAsyncEnumerable<ReadOnlyMemory<byte>> bodies = input is null
            ? BodySource.Repeat(result.GetValue(_body)!, result.GetValue(_count))
            : BodySource.Lines(input, cancellationToken);

        await using ProducerClient client = await ConnectAsync(
            proxy, ProtocolOption.Parse(result.GetRequiredValue(_protocol)), cancellationToken).ConfigureAwait(false);
        client.CallTimeout = ReplyGrace + TimeSpan.FromMilliseconds(Math.Max(timeoutMs, DefaultTimeoutMs));
        var sender = new MessageSender(client, pipeline, result.GetValue(_async) ? null : timeoutMs);
        var summary = new SendSummary(template.Topic);
        bool isComplete = await sender.SendAsync(bodies, template, Report, cancellationToken).ConfigureAwait(false);

        context.Out.WriteLine(isJson ? summary.ToJson(isComplete) : summary.ToLine(isComplete));
        return cancellationToken.IsCancellationRequested ? ExitCodes.Interrupted
            : isComplete && summary.Ok == summary.Sent ? ExitCodes.Ok
            : ExitCodes.Failed;

        void Report(SendOutcome outcome)
        {
            summary.Add(outcome);
            if (!outcome.IsOk)
            {
                context.Error.WriteLine(SendSummary.Describe(outcome));
            }
        }
    }

    private static async Task<ProducerClient> ConnectAsync(
        (string Host, int Port) proxy, ThriftProtocol protocol, CancellationToken cancellationToken)
    {
        try
        {
            return await ProducerClient.ConnectAsync(proxy.Host, proxy.Port, protocol, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw ProxyUnreachable.Because(proxy, exception);
        }
    }

    /// <summary>The lines to send; null when the body stands on the command line.</summary>
    private Stream? OpenInput(ParseResult result, CliContext context)
    {
        string? file = result.GetValue(_file);
        bool hasBody = result.GetValue(_body) is not null;
        long? count = result.GetValue(_count);
        if (hasBody && file is not null)
        {
            throw CliException.Usage("a body and --file exclude each other");
        }

        if (count is not null && !hasBody)
        {
            throw CliException.Usage("--count goes with a body on the command line; lines are sent once each");
        }

        if (count is < 1)
        {
            throw CliException.Usage($"--count {count} is too small; at least 1 message is sent");
        }

        if (hasBody)
        {
            return null;
        }

        if (file is null && !context.IsInputRedirected)
        {
            throw CliException.Usage("no body: give one, or --file PATH, or lines on standard input (ddmq send --help shows how)");
        }

        if (file is null or StandardInput)
        {
            return context.Input();
        }

        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, useAsync: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"cannot read --file: {SafeText.Of(exception.Message)}");
        }
    }

    private SendTemplate Template(ParseResult result)
    {
        if (result.GetValue(_key) is not null && result.GetValue(_noKey))
        {
            throw CliException.Usage("--key and --no-key exclude each other");
        }

        if (result.GetValue(_partition) is not null && result.GetValue(_hashId) is not null)
        {
            throw CliException.Usage("--partition and --hash-id exclude each other");
        }

        return new SendTemplate
        {
            Topic = result.GetRequiredValue(_topic),
            Key = result.GetValue(_key),
            HasNoKey = result.GetValue(_noKey),
            Tags = result.GetValue(_tags) ?? [],
            Properties = [.. (result.GetValue(_properties) ?? []).Select(ParseProperty)],
            Partition = result.GetValue(_partition),
            HashId = result.GetValue(_hashId),
        };
    }

    private static KeyValuePair<string, string> ParseProperty(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? new(text[..equals], text[(equals + 1)..])
            : throw CliException.Usage($"--property '{SafeText.Of(text)}' is not of the form NAME=VALUE");
    }
}
