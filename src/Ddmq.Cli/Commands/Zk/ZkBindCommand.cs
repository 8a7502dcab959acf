using System.CommandLine;
using System.Text.Json.Nodes;
using Ddmq.Cli.Output;
using Ddmq.Cli.Zk;

namespace Ddmq.Cli.Commands.Zk;

/// <summary><c>ddmq zk bind</c>: makes a proxy known, and lets it serve topics.</summary>
internal sealed class ZkBindCommand
{
    private readonly Argument<string> _instance = new("proxy") { Description = "The proxy: host and port of its carrera.yaml", HelpName = "HOST:PORT" };
    private readonly Option<string[]> _topics = new("--topic") { Description = "A topic to serve; may be repeated", HelpName = "NAME,.." };
    private readonly Option<bool> _allTopics = new("--all-topics") { Description = "Serve every topic of its clusters and its group" };
    private readonly Option<string?> _like = new("--like") { Description = "New proxy: its node is a copy of this one's", HelpName = "HOST:PORT" };
    private readonly Option<string[]> _rocketMq = new("--rocketmq") { Description = "New proxy: name servers of its first cluster", HelpName = "HOST:PORT,.." };
    private readonly Option<string[]> _kafka = new("--kafka") { Description = "New proxy: brokers of its first cluster", HelpName = "HOST:PORT,.." };
    private readonly Option<string?> _cluster = new("--cluster") { Description = "New proxy: name of its first cluster", HelpName = "NAME" };
    private readonly Option<string?> _proxyCluster = new("--proxy-cluster") { Description = "New proxy: the group of proxies it belongs to", HelpName = "P_NAME" };

    private ZkBindCommand()
    {
    }

    public static Command Create(ZkWriteVerb write)
    {
        var bind = new ZkBindCommand();
        var command = new Verb(
            "bind",
            "Makes a proxy known, and lets it serve topics",
            "ddmq zk bind 10.0.0.11:9613 --rocketmq 10.0.0.2:9876 --cluster R_main --proxy-cluster P_main",
            "ddmq zk bind 10.0.0.12:9613 --like 10.0.0.11:9613 --all-topics",
            "ddmq zk bind 10.0.0.12:9613 --topic orders,payments");
        command.Add(bind._instance);
        foreach (Option option in new Option[]
        {
            bind._topics, bind._allTopics, bind._like, bind._rocketMq, bind._kafka, bind._cluster, bind._proxyCluster,
        })
        {
            command.Add(option);
        }

        return write.Create(command, bind.EditAsync);
    }

    private async Task EditAsync(ParseResult result, Fleet fleet, NodePlan plan)
    {
        string instance = Names.Instance(result.GetRequiredValue(_instance));
        IReadOnlyList<string> names = Names.Split(result.GetValue(_topics));
        bool all = result.GetValue(_allTopics);
        if (all && names.Count > 0)
        {
            throw CliException.Usage("--topic and --all-topics exclude each other");
        }

        Func<JsonObject>? source = Source(result, fleet, instance);
        ProxyNode proxy;
        if (fleet.Find(instance) is { } known)
        {
            proxy = known;
            if (source is not null)
            {
                plan.Note($"{known.Document.Path} was there already; its clusters stay as they are (ddmq zk cluster set changes them)");
            }
        }
        else
        {
            proxy = fleet.Create(instance, (source ?? throw Unknown(instance))());
            foreach (TopicNode topic in (await fleet.GetTopicsAsync().ConfigureAwait(false)).Where(topic => topic.Instances.Contains(instance)))
            {
                proxy.AddTopic(topic.Topic);
            }
        }

        if (all)
        {
            foreach (TopicNode topic in await fleet.GetTopicsAsync().ConfigureAwait(false))
            {
                Binding.Bind(topic, proxy, alsoOtherGroups: false);
            }
        }

        foreach (string name in names)
        {
            TopicNode topic = await fleet.GetTopicAsync(name).ConfigureAwait(false);
            if (!Binding.Bind(topic, proxy, alsoOtherGroups: true))
            {
                throw NoCommonCluster(topic, proxy);
            }
        }
    }

    /// <summary>What a new node is made from; null when the command line does not say.</summary>
    private Func<JsonObject>? Source(ParseResult result, Fleet fleet, string instance)
    {
        (BrokerKind? kind, IReadOnlyList<string> addresses) = BrokerAddresses.Read(result, _rocketMq, _kafka);
        string? cluster = result.GetValue(_cluster);
        string? proxyCluster = result.GetValue(_proxyCluster);
        if (result.GetValue(_like) is { } like)
        {
            return kind is null && cluster is null && proxyCluster is null
                ? () => Copy(fleet.Get(Names.Instance(like)), instance)
                : throw CliException.Usage("--like takes everything from the other proxy; --rocketmq, --kafka, --cluster and --proxy-cluster do not go with it");
        }

        if (kind is null && cluster is null && proxyCluster is null)
        {
            return null;
        }

        return kind is not null && !string.IsNullOrWhiteSpace(cluster) && !string.IsNullOrWhiteSpace(proxyCluster)
            ? () => ConsoleDefaults.CreateProxy(instance, proxyCluster, kind, cluster, addresses)
            : throw CliException.Usage("a new proxy needs all three: --rocketmq (or --kafka) HOST:PORT,.. and --cluster NAME and --proxy-cluster P_NAME");
    }

    private static JsonObject Copy(ProxyNode other, string instance)
    {
        var copy = (JsonObject)other.Document.Json.DeepClone();
        copy.Put("instance", instance);
        return copy;
    }

    private static CliException Unknown(string instance) => new(
        ExitCodes.Failed,
        $"ZooKeeper does not know {instance} yet; say what its node is made from: --like HOST:PORT (a proxy that is known), "
        + "or --rocketmq (or --kafka) HOST:PORT,.. with --cluster NAME and --proxy-cluster P_NAME");

    private static CliException NoCommonCluster(TopicNode topic, ProxyNode proxy) => new(
        ExitCodes.Failed,
        $"refused, nothing was written: topic {topic.Topic} is on {SafeText.Of(string.Join(", ", topic.Units.Select(unit => unit.BrokerCluster)))}, and "
        + $"{proxy.Instance} has {SafeText.Of(string.Join(", ", proxy.Clusters))}; ddmq zk cluster set adds a cluster to a proxy");
}
