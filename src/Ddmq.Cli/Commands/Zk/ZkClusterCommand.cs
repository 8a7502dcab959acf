using System.CommandLine;
using Ddmq.Cli.Output;
using Ddmq.Cli.Zk;

namespace Ddmq.Cli.Commands.Zk;

/// <summary><c>ddmq zk cluster set</c>: a broker cluster in the nodes of the proxies that use it.</summary>
internal sealed class ZkClusterCommand
{
    private readonly Argument<string> _name = new("name") { Description = "The cluster" };
    private readonly Option<string[]> _proxies = new("--proxy") { Description = "A proxy to change; may be repeated", HelpName = "HOST:PORT" };
    private readonly Option<string?> _proxyCluster = new("--proxy-cluster") { Description = "Change every proxy of this group", HelpName = "P_NAME" };
    private readonly Option<string[]> _rocketMq = new("--rocketmq") { Description = "It is a RocketMQ cluster with these name servers", HelpName = "HOST:PORT,.." };
    private readonly Option<string[]> _kafka = new("--kafka") { Description = "It is a Kafka cluster with these brokers", HelpName = "HOST:PORT,.." };
    private readonly Option<string[]> _set = new("--set") { Description = "Change a member of the cluster; may be repeated", HelpName = "MEMBER=VALUE" };
    private readonly Option<bool> _remove = new("--remove") { Description = "Remove it, when no topic of these proxies is on it" };

    private ZkClusterCommand()
    {
    }

    public static Command Create(ZkWriteVerb write)
    {
        var cluster = new ZkClusterCommand();
        var set = new Verb(
            "set",
            "Adds a broker cluster to proxies, changes or removes it",
            "ddmq zk cluster set R_main --proxy-cluster P_main --rocketmq 10.0.0.2:9876,10.0.0.3:9876",
            "ddmq zk cluster set R_main --proxy 10.0.0.11:9613 --set sendMsgTimeout=5000",
            "ddmq zk cluster set K_old --proxy-cluster P_main --remove");
        set.Add(cluster._name);
        foreach (Option option in new Option[]
        {
            cluster._proxies, cluster._proxyCluster, cluster._rocketMq, cluster._kafka, cluster._set, cluster._remove,
        })
        {
            set.Add(option);
        }

        var group = new Verb(
            "cluster", "Changes broker clusters of the proxies", "ddmq zk cluster set R_main --proxy-cluster P_main --rocketmq 10.0.0.2:9876");
        group.Add(write.Create(set, cluster.EditAsync));
        return group;
    }

    private async Task EditAsync(ParseResult result, Fleet fleet, NodePlan plan)
    {
        string name = result.GetRequiredValue(_name);
        (BrokerKind? kind, IReadOnlyList<string> addresses) = BrokerAddresses.Read(result, _rocketMq, _kafka);
        string[] settings = result.GetValue(_set) ?? [];
        bool isRemoval = result.GetValue(_remove);
        if (isRemoval == (kind is not null || settings.Length > 0))
        {
            throw CliException.Usage("say what becomes of the cluster: --rocketmq or --kafka with its addresses, --set MEMBER=VALUE, or --remove alone");
        }

        IReadOnlyList<ProxyNode> proxies = Proxies(result, fleet);
        if (isRemoval)
        {
            await RemoveAsync(name, proxies, fleet, plan).ConfigureAwait(false);
            return;
        }

        foreach (ProxyNode proxy in proxies)
        {
            Change(proxy, name, kind, addresses, settings);
        }
    }

    private static void Change(ProxyNode proxy, string name, BrokerKind? kind, IReadOnlyList<string> addresses, string[] settings)
    {
        var clusters = new ProxyNodeClusters(proxy.Document.Json);
        BrokerKind? present = clusters.KindOf(name);
        if (kind is not null && present is not null && kind != present)
        {
            throw new CliException(ExitCodes.Failed, $"{SafeText.Of(name)} is a {present.Name} cluster in {proxy.Document.Path}; a {kind.Name} cluster needs another name");
        }

        if ((kind ?? present) is not { } becomes)
        {
            throw new CliException(
                ExitCodes.Failed, $"{proxy.Document.Path} has no cluster {SafeText.Of(name)}; --rocketmq or --kafka with its addresses adds it");
        }

        if (kind is not null)
        {
            clusters.Put(kind, name, addresses);
        }

        foreach (MemberSetting setting in settings.Select(text => MemberSetting.Parse(text, becomes.Options)))
        {
            setting.Apply(clusters.Find(becomes, name)!);
        }
    }

    private static async Task RemoveAsync(string name, IReadOnlyList<ProxyNode> proxies, Fleet fleet, NodePlan plan)
    {
        IReadOnlyCollection<TopicNode> topics = await fleet.GetTopicsAsync().ConfigureAwait(false);
        foreach (ProxyNode proxy in proxies)
        {
            var clusters = new ProxyNodeClusters(proxy.Document.Json);
            if (clusters.KindOf(name) is not { } kind)
            {
                plan.Note($"{proxy.Document.Path} has no cluster {name}");
                continue;
            }

            string[] inUse = [.. topics.Where(topic => topic.Units.Any(unit => unit.BrokerCluster == name && unit.Instances.Contains(proxy.Instance))).Select(topic => topic.Topic)];
            if (inUse.Length > 0)
            {
                throw new CliException(
                    ExitCodes.Failed,
                    $"refused, nothing was written: {proxy.Instance} serves topics on {SafeText.Of(name)}: {string.Join(", ", inUse)}; ddmq zk unbind or topic set comes first");
            }

            clusters.Remove(kind, name);
        }
    }

    private IReadOnlyList<ProxyNode> Proxies(ParseResult result, Fleet fleet)
    {
        IReadOnlyList<string> instances = Names.Instances(result.GetValue(_proxies));
        string? proxyCluster = result.GetValue(_proxyCluster);
        if (instances.Count > 0 == (proxyCluster is not null))
        {
            throw CliException.Usage("say which proxies: --proxy HOST:PORT, or --proxy-cluster P_NAME");
        }

        IReadOnlyList<ProxyNode> proxies = proxyCluster is null
            ? [.. instances.Select(fleet.Get)]
            : [.. fleet.Proxies.Where(proxy => proxy.ProxyCluster == proxyCluster)];
        return proxies.Count > 0 ? proxies : throw new CliException(
            ExitCodes.Failed,
            $"no proxy belongs to {SafeText.Of(proxyCluster!)}; there are: {string.Join(", ", fleet.Proxies.Select(proxy => proxy.ProxyCluster).Distinct())}{fleet.NotGood}");
    }
}
