using System.CommandLine;
using System.Globalization;
using Ddmq.Cli.Admin;
using Ddmq.Cli.Output;
using Ddmq.Cli.Zk;

namespace Ddmq.Cli.Commands.Zk;

/// <summary><c>ddmq zk show</c>: what a proxy has in force against what ZooKeeper holds. Exit code 0 says the same, 5 different.</summary>
internal sealed class ZkShowCommand
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private readonly Option<string?> _instance = new("--proxy")
    {
        Description = "The proxy that must answer at --admin [default: whichever does]",
        HelpName = "HOST:PORT",
    };

    private readonly Option<string?> _wait = new("--wait") { Description = "Wait so long until there is no difference", HelpName = "DURATION" };

    private ZkShowCommand()
    {
    }

    public static Command Create(GlobalOptions options, ZkOptions zk, CliContext context)
    {
        var show = new ZkShowCommand();
        var command = new Verb(
            "show",
            "Compares what a proxy has in force with what ZooKeeper holds",
            "ddmq zk show",
            "ddmq zk show --proxy 10.0.0.11:9613 --admin http://10.0.0.11:9614 --json",
            "ddmq zk show --wait 5s");
        command.Add(show._instance);
        command.Add(show._wait);
        command.SetAction((result, cancellationToken) => show.RunAsync(result, options, zk, context, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, GlobalOptions options, ZkOptions zk, CliContext context, CancellationToken cancellationToken)
    {
        TimeSpan patience = result.GetValue(_wait) is { } text ? DurationText.Parse("--wait", text) : TimeSpan.Zero;
        string? expected = result.GetValue(_instance) is { } name ? Names.Instance(name) : null;
        Uri address = options.Admin(result);
        using var admin = new AdminClient(address);
        ProxyConfiguration inForce = await ProxyConfiguration.GetAsync(admin, cancellationToken).ConfigureAwait(false);
        if (expected is not null && expected != inForce.Instance)
        {
            throw new CliException(
                ExitCodes.Failed, $"{address} is the admin API of {SafeText.Of(inForce.Instance)}, not of {expected}; say where that one's is with --admin URL");
        }

        ZkTarget target = await zk.FindAsync(result, cancellationToken).ConfigureAwait(false);
        await using ZkConnection connection = await ZkConnection.OpenAsync(target.Address, target.Digest, cancellationToken).ConfigureAwait(false);
        ConfigurationComparison comparison = await ConfigurationComparison.CompareAsync(inForce, connection).ConfigureAwait(false);
        long begun = TimeProvider.System.GetTimestamp();
        while (comparison.Nodes.Count > 0 && TimeProvider.System.GetElapsedTime(begun) < patience)
        {
            await Task.Delay(BetweenLooks, cancellationToken).ConfigureAwait(false);
            inForce = await ProxyConfiguration.GetAsync(admin, cancellationToken).ConfigureAwait(false);
            comparison = await ConfigurationComparison.CompareAsync(inForce, connection).ConfigureAwait(false);
        }

        if (options.Json(result))
        {
            context.Out.WriteLine(ToJson(inForce, comparison));
        }
        else
        {
            Write(context.Out, inForce, comparison, connection);
        }

        return comparison.Nodes.Count == 0 ? ExitCodes.Ok : ExitCodes.Different;
    }

    private static void Write(TextWriter output, ProxyConfiguration inForce, ConfigurationComparison comparison, ZkConnection connection)
    {
        output.WriteLine($"proxy      {SafeText.Of(inForce.Instance)}");
        output.WriteLine(inForce.Version is { } version
            ? string.Create(CultureInfo.InvariantCulture, $"in force   version {version} since {inForce.Since:u}, from {SafeText.Of(inForce.Origin)}")
            : "in force   nothing yet");
        if (inForce.WaitsFor is { } waits)
        {
            output.WriteLine($"waits for  {SafeText.Of(waits)}");
        }

        output.WriteLine($"compared   with ZooKeeper {connection.Address}");
        foreach ((string path, int refused, string reason) in inForce.Problems)
        {
            output.WriteLine($"refused    {SafeText.Of(refused < 0 ? $"{path}: {reason}" : $"{path} version {refused}: {reason}")}");
        }

        if (comparison.Nodes.Count == 0)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"no difference: {comparison.Settings} settings and {comparison.Topics} {(comparison.Topics == 1 ? "topic" : "topics")}"));
            return;
        }

        output.WriteLine("different (in force -> in ZooKeeper):");
        foreach (NodeComparison node in comparison.Nodes)
        {
            string place = node.Version is { } number ? $" (version {number.ToString(CultureInfo.InvariantCulture)})" : "";
            output.WriteLine($"~ {SafeText.Of(node.Path)}{place}{(node.Problem is null ? "" : $": {SafeText.Of(node.Problem)}")}");
            foreach (MemberDifference difference in node.Differences)
            {
                output.WriteLine($"    {difference}");
            }
        }
    }

    private static string ToJson(ProxyConfiguration inForce, ConfigurationComparison comparison) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("instance", inForce.Instance);
        json.WriteBoolean("same", comparison.Nodes.Count == 0);
        if (inForce.Version is { } version)
        {
            json.WriteNumber("version", version);
            json.WriteString("since", inForce.Since!.Value);
            json.WriteString("origin", inForce.Origin);
        }

        json.WriteStartArray("problems");
        foreach ((string path, int refused, string reason) in inForce.Problems)
        {
            json.WriteStartObject();
            json.WriteString("path", path);
            json.WriteNumber("version", refused);
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("nodes");
        foreach (NodeComparison node in comparison.Nodes)
        {
            json.WriteStartObject();
            json.WriteString("path", node.Path);
            if (node.Version is { } number)
            {
                json.WriteNumber("version", number);
            }

            json.WriteString("problem", node.Problem);
            DifferencesJson.Write(json, node.Differences);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
