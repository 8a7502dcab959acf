using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Ddmq.Cli.Admin;
using Ddmq.Cli.Bench;
using Ddmq.Cli.Output;
using Ddmq.Core.Topics;
using Ddmq.Thrift.ProducerProxy;

namespace Ddmq.Cli.Commands;

/// <summary><c>ddmq bench</c>: how many messages, how fast, at what cost. Exit code 0 only when every one got code 0.</summary>
internal sealed class BenchCommand
{
    private const string DefaultTopic = "bench";

    private readonly Option<string?> _topic = new("--topic") { Description = $"The topic [default: {DefaultTopic}]" };
    private readonly Option<bool> _heartbeat = new("--heartbeat")
    {
        Description = "Send to the heartbeat topic, which nothing checks or stores: the front door alone",
    };

    private readonly Option<int> _connections = Number("--connections", "Connections", 64, "-c");
    private readonly Option<int> _pipeline = Number("--pipeline", "Requests in flight per connection", 1);
    private readonly Option<int> _size = Number("--size", "Bytes of each body", 100);
    private readonly Option<int> _batch = Number("--batch", "Messages per request of sendBatchSync", 100);
    private readonly Option<int> _threads = Number("--threads", "Threads of the load generator", 1);
    private readonly Option<string> _duration = Duration("--duration", "How long to measure", "10s");
    private readonly Option<string> _warmup = Duration("--warmup", "How long to put the load on before that", "2s");
    private readonly Option<double> _rate = new("--rate")
    {
        Description = "Messages per second, sent on schedule whether or not replies come (open loop); latency counts from when a "
            + "message was due. Without it every reply is followed by the next request (closed loop)",
        HelpName = "N",
    };

    private readonly Option<string> _method = new("--method")
    {
        Description = "The call to make",
        HelpName = "sendSync|sendAsync|sendBatchSync",
        DefaultValueFactory = _ => "sendSync",
    };

    private readonly Option<string> _protocol = ProtocolOption.Create();

    private BenchCommand()
    {
    }

    public static Command Create(GlobalOptions options, CliContext context)
    {
        var bench = new BenchCommand();
        var command = new Verb(
            "bench",
            "Puts load on the proxy and measures throughput, latency and CPU (Linux)",
            "ddmq bench",
            "ddmq bench --heartbeat --connections 64 --duration 30s",
            "ddmq bench --rate 5000 --size 1000",
            "ddmq bench --method sendBatchSync --batch 100 --connections 16 --json");
        foreach (Option option in new Option[]
        {
            bench._topic, bench._heartbeat, bench._connections, bench._pipeline, bench._size, bench._duration, bench._warmup, bench._rate,
            bench._method, bench._batch, bench._threads, bench._protocol,
        })
        {
            command.Add(option);
        }

        command.SetAction((result, cancellationToken) => bench.RunAsync(result, options, context, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(
        ParseResult result, GlobalOptions global, CliContext context, CancellationToken cancellationToken)
    {
        (string Host, int Port) proxy = global.Proxy(result);
        LoadOptions options = Options(result, new IPEndPoint(IPAddress.Loopback, proxy.Port));
        if (!OperatingSystem.IsLinux())
        {
            throw new CliException(ExitCodes.Failed, "bench runs on Linux only: its load generator is built on epoll");
        }

        using AdminClient? admin = global.AdminBelongsToProxy(result) ? new AdminClient(global.Admin(result)) : null;
        try
        {
            options = options with
            {
                EndPoint = new IPEndPoint(await ResolveAsync(proxy.Host, cancellationToken).ConfigureAwait(false), proxy.Port),
                ProxyCpuSeconds = admin?.CpuSeconds() is null ? null : admin.CpuSeconds,
            };
            var progress = new BenchProgress(context.Error);
            LoadReport report = await Task.Run(
                () => LoadGenerator.Run(options, progress, cancellationToken), CancellationToken.None).ConfigureAwait(false);
            if (global.Json(result))
            {
                context.Out.WriteLine(BenchReport.ToJson(options, report));
            }
            else
            {
                BenchReport.Write(context, options, report);
            }

            return report.IsClean ? ExitCodes.Ok : ExitCodes.Failed;
        }
        catch (SocketException exception)
        {
            throw ProxyUnreachable.Because(proxy, exception);
        }
    }

    private static async Task<IPAddress> ResolveAsync(string host, CancellationToken cancellationToken) =>
        IPAddress.TryParse(host, out IPAddress? address)
            ? address
            : (await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false))[0];

    private LoadOptions Options(ParseResult result, IPEndPoint endPoint)
    {
        string? topic = result.GetValue(_topic);
        bool isHeartbeat = result.GetValue(_heartbeat);
        if (topic is not null && isHeartbeat)
        {
            throw CliException.Usage("--topic and --heartbeat exclude each other");
        }

        double rate = result.GetValue(_rate);
        if (double.IsNaN(rate) || double.IsInfinity(rate) || rate < 0)
        {
            throw CliException.Usage("--rate must be a number of messages per second, 0 (closed loop) or more");
        }

        var options = new LoadOptions
        {
            EndPoint = endPoint,
            Topic = isHeartbeat ? Encoding.UTF8.GetString(TopicNames.Heartbeat) : topic ?? DefaultTopic,
            Connections = AtLeast(1, result, _connections),
            Pipeline = AtLeast(1, result, _pipeline),
            BodySize = AtLeast(0, result, _size),
            Duration = DurationText.Parse(_duration.Name, result.GetRequiredValue(_duration)),
            Warmup = DurationText.Parse(_warmup.Name, result.GetRequiredValue(_warmup)),
            Method = ParseMethod(result.GetRequiredValue(_method)),
            Batch = AtLeast(1, result, _batch),
            Protocol = ProtocolOption.Parse(result.GetRequiredValue(_protocol)),
            Threads = AtLeast(1, result, _threads),
        };
        return options with { RequestsPerSecond = rate / options.MessagesPerRequest };
    }

    private static Option<int> Number(string name, string description, int value, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };

    private static Option<string> Duration(string name, string description, string value) =>
        new(name) { Description = description, HelpName = "500ms|10s|2m", DefaultValueFactory = _ => value };

    private static int AtLeast(int least, ParseResult result, Option<int> option)
    {
        int value = result.GetValue(option);
        return value >= least ? value : throw CliException.Usage($"{option.Name} {value} is too small; at least {least}");
    }

    private static ProducerServiceMethod ParseMethod(string name) => name switch
    {
        "sendSync" => ProducerServiceMethod.SendSync,
        "sendAsync" => ProducerServiceMethod.SendAsync,
        "sendBatchSync" => ProducerServiceMethod.SendBatchSync,
        _ => throw CliException.Usage($"--method '{SafeText.Of(name)}' is none of sendSync, sendAsync, sendBatchSync"),
    };
}
