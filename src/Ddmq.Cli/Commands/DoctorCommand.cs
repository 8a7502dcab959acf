using System.CommandLine;
using System.Net;
using Ddmq.Cli.Doctor;
using Ddmq.Cli.Output;
using Ddmq.Config;

namespace Ddmq.Cli.Commands;

/// <summary><c>ddmq doctor</c>: what an operator gets wrong, and what helps. Exit code 0 says that nothing failed, 1 that something did.</summary>
internal static class DoctorCommand
{
    private const string Check = "configuration";

    public static Command Create(GlobalOptions options, CliContext context)
    {
        var file = new Argument<string?>("config")
        {
            Description = "The configuration file [default: that of the running proxy, else the one control.sh would take]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var send = new Option<string?>("--send")
        {
            Description = "Also send a test message to this topic, through the running proxy",
            HelpName = "TOPIC",
        };
        var timeout = new Option<string>("--timeout")
        {
            Description = "How long each server may take for an answer; all checks together take about five times as long at most",
            HelpName = "TIME",
            DefaultValueFactory = _ => "2s",
        };
        var command = new Verb(
            "doctor",
            "Checks configuration, machine, ZooKeeper and brokers, and says what helps",
            "ddmq doctor",
            "ddmq doctor config/examples/kafka.yaml",
            "ddmq doctor --send hello",
            "ddmq doctor --json | jq -r '.checks[] | select(.outcome != \"ok\") | .found'")
        {
            file,
            send,
            timeout,
        };
        command.SetAction((result, cancellationToken) => RunAsync(
            result.GetValue(file), result.GetValue(send), DurationText.Parse("--timeout", result.GetValue(timeout)!), result, options, context, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string? named, string? sendTo, TimeSpan answer, ParseResult result, GlobalOptions options, CliContext context, CancellationToken cancellationToken)
    {
        string? homeNamed = context.Variable(HomeDirectory.Variable);
        string home = HomeDirectory.Find(homeNamed);
        RunningProxy? running = RunningProxy.Find(home);
        string path = ConfigurationFile.Choose(named, home, homeNamed is not null, running);
        List<CheckResult> results;
        try
        {
            LoadedConfiguration loaded = CarreraOptionsLoader.Load(path, context.Variables());
            results =
            [
                CheckResult.Ok(Check, $"{path} is valid{(loaded.Options.UsesZooKeeper ? "; topics and clusters come from ZooKeeper" : "")}"),
                .. loaded.Warnings.Select(warning => CheckResult.Warn(Check, warning, null)),
            ];
            var examination = new Examination(
                loaded.Options, path, home, running, options.AdminIfGiven(result) ?? AdminOf(loaded.Options.Ddmq.Admin), options.ProxyIfGiven(result) ?? ThriftOf(loaded.Options));
            results.AddRange(await HealthCheck.RunAsync(examination, sendTo, answer, cancellationToken).ConfigureAwait(false));
        }
        catch (ConfigurationException exception)
        {
            results =
            [
                .. exception.Errors.Select(error => CheckResult.Fail(Check, error, null)),
                CheckResult.Warn(Check, "nothing else was checked", "mend the above first"),
            ];
        }

        if (options.Json(result))
        {
            context.Out.WriteLine(HealthReport.ToJson(path, results));
        }
        else
        {
            HealthReport.Write(context.Out, results);
        }

        return results.Any(each => each.Outcome == CheckOutcome.Failure) ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private static Uri? AdminOf(AdminOptions admin) =>
        admin.Enabled ? new UriBuilder("http", HostOf(admin.BindAddress), admin.Port).Uri : null;

    private static (string Host, int Port) ThriftOf(CarreraOptions options) => (HostOf(options.Ddmq.Thrift.BindAddress), options.Port);

    // Who listens on every address listens on loopback too.
    private static string HostOf(string bindAddress)
    {
        IPAddress address = IPAddress.Parse(bindAddress);
        return address.Equals(IPAddress.Any) ? IPAddress.Loopback.ToString()
            : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback.ToString()
            : bindAddress;
    }
}
