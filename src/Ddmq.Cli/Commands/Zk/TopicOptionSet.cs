using System.CommandLine;
using System.Text.Json.Nodes;
using Ddmq.Cli.Output;
using Ddmq.Cli.Zk;
using Ddmq.Config;

namespace Ddmq.Cli.Commands.Zk;

/// <summary>What <c>topic create</c> and <c>topic set</c> can say of a topic.</summary>
internal sealed class TopicOptionSet
{
    // These make the topic another one; the console cannot change them either.
    private static readonly string[] Fixed = ["topic", "brokerCluster"];

    private readonly Option<string[]> _clusters = new("--cluster") { Description = "The broker cluster; may be repeated", HelpName = "NAME,.." };
    private readonly Option<int?> _tps = new("--tps") { Description = "Messages per second that all its proxies together admit", HelpName = "N" };
    private readonly Option<string[]> _proxies = new("--proxy")
    {
        Description = "The proxies that serve it [default of a new one: every proxy that has the cluster]",
        HelpName = "HOST:PORT,..",
    };

    private readonly Option<bool?> _delay = new("--delay") { Description = "It takes delay messages only", HelpName = "true|false" };
    private readonly Option<bool?> _autoBatch = new("--auto-batch") { Description = "Small messages may be sent in batches", HelpName = "true|false" };
    private readonly Option<bool?> _strongOrder = new("--strong-order") { Description = "Order matters more than a second try elsewhere", HelpName = "true|false" };
    private readonly Option<string?> _alarmGroup = new("--alarm-group") { Description = "Whom the monitor tells", HelpName = "NAME,.." };
    private readonly Option<long?> _limiterRetry = new("--limiter-retry")
    {
        Description = "When a message that the limiter refused is tried once more, in ms; 0 never, -1 by its timeout",
        HelpName = "MS",
    };

    private readonly Option<string[]> _set = new("--set") { Description = "Any member by its name; may be repeated", HelpName = "MEMBER=VALUE" };

    /// <summary>Puts the options on a verb.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _clusters, _tps, _proxies, _delay, _autoBatch, _strongOrder, _alarmGroup, _limiterRetry, _set })
        {
            command.Add(option);
        }
    }

    /// <summary>The clusters named.</summary>
    public IReadOnlyList<string> Clusters(ParseResult result) => Names.Split(result.GetValue(_clusters));

    /// <summary>The proxies named; null when the option is not given.</summary>
    public IReadOnlyList<string>? Proxies(ParseResult result) =>
        result.GetResult(_proxies) is { Implicit: false } ? Names.Instances(result.GetValue(_proxies)) : null;

    /// <summary>The limit; null when it is not given.</summary>
    /// <exception cref="CliException">It is less than 1.</exception>
    public int? Tps(ParseResult result) => result.GetValue(_tps) is not { } tps || tps >= 1
        ? result.GetValue(_tps)
        : throw CliException.Usage($"--tps {tps} is out of range; expected 1 or more");

    /// <summary>Gives the topic and its parts what the members' options say.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="units">The parts that are meant.</param>
    /// <returns>Whether there was any.</returns>
    public bool Apply(ParseResult result, TopicNode topic, IReadOnlyList<TopicUnit> units)
    {
        List<string> settings =
        [
            .. Typed("delayTopic", _delay, result.GetValue(_delay)),
            .. Typed("autoBatch", _autoBatch, result.GetValue(_autoBatch)),
            .. Typed("strongOrder", _strongOrder, result.GetValue(_strongOrder)),
            .. Typed("alarmGroup", _alarmGroup, result.GetValue(_alarmGroup)),
            .. Typed("limiterFailureRetryInterval", _limiterRetry, result.GetValue(_limiterRetry)),
            .. result.GetValue(_set) ?? [],
        ];
        foreach (string text in settings)
        {
            Apply(text, topic, units);
        }

        return settings.Count > 0;

        // A flag without a value is parsed as true.
        IEnumerable<string> Typed(string member, Option option, object? value) =>
            result.GetResult(option) is { Implicit: false } ? [$"{member}={value}"] : [];
    }

    private static void Apply(string text, TopicNode topic, IReadOnlyList<TopicUnit> units)
    {
        MemberSetting setting = MemberSetting.Parse(text, typeof(TopicOptions), typeof(TopicUnitOptions));
        string member = setting.Option.Key;
        if (Fixed.Contains(member))
        {
            throw CliException.Usage($"--set {member}: that cannot be changed; ddmq zk topic create makes another topic, --cluster and --remove-cluster another part");
        }

        if (setting.Option.Property.DeclaringType == typeof(TopicOptions))
        {
            setting.Apply(topic.Document.Json);
            return;
        }

        foreach (TopicUnit unit in units)
        {
            var scratch = new JsonObject();
            setting.Apply(scratch);
            if (member == "totalMaxTps")
            {
                unit.SetTotal(scratch[member]!.GetValue<int>());
            }
            else
            {
                setting.Apply(unit.Json);
            }
        }
    }

    /// <summary>Says that a cluster is nobody's.</summary>
    public static CliException NoProxyHas(string cluster, Fleet fleet)
    {
        string[] clusters = [.. fleet.Proxies.SelectMany(proxy => proxy.Clusters).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return new CliException(
            ExitCodes.Failed,
            $"refused, nothing was written: no proxy has the cluster {SafeText.Of(cluster)}; "
            + (clusters.Length == 0 ? "ddmq zk bind makes a proxy known" : $"they have {SafeText.Of(string.Join(", ", clusters))} (ddmq zk cluster set adds one)")
            + fleet.NotGood);
    }
}
