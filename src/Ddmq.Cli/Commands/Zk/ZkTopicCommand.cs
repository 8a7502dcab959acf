using System.CommandLine;
using Ddmq.Cli.Zk;

namespace Ddmq.Cli.Commands.Zk;

/// <summary><c>ddmq zk topic</c>: creates, changes and deletes topics, together with the white lists of the proxies that serve them.</summary>
internal sealed class ZkTopicCommand
{
    private const int ShortestName = 3;
    private const int LongestName = 128;

    private readonly Argument<string> _name = new("name") { Description = "The topic" };
    private readonly TopicOptionSet _options = new();
    private readonly Option<string[]> _removeClusters = new("--remove-cluster") { Description = "The topic leaves this broker cluster; may be repeated", HelpName = "NAME,.." };

    private ZkTopicCommand()
    {
    }

    public static Command Create(ZkWriteVerb write)
    {
        var group = new Verb("topic", "Creates, changes and deletes topics", "ddmq zk topic create orders --cluster R_main --tps 2000");
        group.Add(CreateVerb(write));
        group.Add(SetVerb(write));
        group.Add(DeleteVerb(write));
        return group;
    }

    private static Command CreateVerb(ZkWriteVerb write)
    {
        var topic = new ZkTopicCommand();
        var command = new Verb(
            "create",
            "Creates a topic",
            "ddmq zk topic create orders --cluster R_main --tps 2000",
            "ddmq zk topic create orders_later --cluster R_main --tps 500 --delay --proxy 10.0.0.11:9613 --alarm-group ops");
        command.Add(topic._name);
        topic._options.AddTo(command);
        return write.Create(command, topic.CreateAsync);
    }

    private static Command SetVerb(ZkWriteVerb write)
    {
        var topic = new ZkTopicCommand();
        var command = new Verb(
            "set",
            "Changes a topic",
            "ddmq zk topic set orders --tps 4000",
            "ddmq zk topic set orders --strong-order --set limiterFailureRetryInterval=50",
            "ddmq zk topic set orders --cluster K_main --tps 4000 --remove-cluster R_main");
        command.Add(topic._name);
        topic._options.AddTo(command);
        command.Add(topic._removeClusters);
        return write.Create(command, topic.SetAsync);
    }

    private static Command DeleteVerb(ZkWriteVerb write)
    {
        var topic = new ZkTopicCommand();
        var command = new Verb("delete", "Deletes a topic, and takes it off every white list", "ddmq zk topic delete orders");
        command.Add(topic._name);
        return write.Create(command, topic.DeleteAsync);
    }

    private async Task CreateAsync(ParseResult result, Fleet fleet, NodePlan plan)
    {
        string name = NewName(result.GetRequiredValue(_name));
        IReadOnlyList<string> clusters = _options.Clusters(result);
        if (clusters.Count == 0 || _options.Tps(result) is not { } tps)
        {
            throw CliException.Usage("a new topic needs --cluster NAME and --tps N");
        }

        if (await fleet.FindTopicAsync(name).ConfigureAwait(false) is not null)
        {
            throw new CliException(ExitCodes.Failed, $"topic {name} exists; ddmq zk topic set changes it");
        }

        TopicNode topic = fleet.CreateTopic(name);
        foreach (string cluster in clusters)
        {
            AddUnits(topic, cluster, tps, _options.Proxies(result), fleet);
        }

        _options.Apply(result, topic, topic.Units);
    }

    private async Task SetAsync(ParseResult result, Fleet fleet, NodePlan plan)
    {
        TopicNode topic = await fleet.GetTopicAsync(result.GetRequiredValue(_name)).ConfigureAwait(false);
        string[] before = [.. topic.Instances];
        IReadOnlyList<string> clusters = _options.Clusters(result);
        IReadOnlyList<string>? proxies = _options.Proxies(result);
        int? tps = _options.Tps(result);
        foreach (string cluster in clusters.Where(cluster => topic.Units.All(unit => unit.BrokerCluster != cluster)))
        {
            AddUnits(
                topic, cluster, tps ?? throw CliException.Usage($"topic {topic.Topic} is not on {cluster} yet; --tps N says what it may take there"), proxies, fleet);
        }

        IReadOnlyList<string> removed = Names.Split(result.GetValue(_removeClusters));
        foreach (string cluster in removed)
        {
            if (!topic.RemoveUnits(cluster))
            {
                plan.Note($"topic {topic.Topic} was not on {cluster}");
            }
        }

        TopicUnit[] units = [.. topic.Units.Where(unit => clusters.Count == 0 || clusters.Contains(unit.BrokerCluster))];
        foreach (TopicUnit unit in units.Where(_ => tps is not null))
        {
            unit.SetTotal(tps!.Value);
        }

        if (proxies is not null)
        {
            Rebind(topic, units, proxies, fleet);
        }

        if (!_options.Apply(result, topic, units) && tps is null && proxies is null && removed.Count == 0)
        {
            throw CliException.Usage("nothing to set is given; see ddmq zk topic set --help");
        }

        // As the console does: whoever no longer serves the topic no longer lists it.
        foreach (string instance in before.Except(topic.Instances))
        {
            fleet.Find(instance)?.RemoveTopic(topic.Topic);
        }
    }

    private async Task DeleteAsync(ParseResult result, Fleet fleet, NodePlan plan)
    {
        string name = result.GetRequiredValue(_name);

        // A node whose value was never written is deleted too.
        TopicNode topic = await fleet.FindTopicAsync(name).ConfigureAwait(false) ?? fleet.CreateTopic(name);
        bool exists = topic.Document.Before is not null;
        topic.Document.IsDeleted = true;
        bool isListed = false;
        foreach (ProxyNode proxy in fleet.Proxies)
        {
            isListed |= proxy.RemoveTopic(name);
        }

        if (!exists && !isListed)
        {
            throw new CliException(ExitCodes.Failed, $"ZooKeeper has no topic {name}");
        }

        plan.Note(exists ? "the broker clusters keep the topic and its messages" : $"{topic.Document.Path} was gone already");
    }

    /// <summary>A part for each group of proxies, as the console makes them.</summary>
    private static void AddUnits(TopicNode topic, string cluster, int tps, IReadOnlyList<string>? instances, Fleet fleet)
    {
        ProxyNode[] proxies = instances is null
            ? [.. fleet.Proxies.Where(proxy => proxy.HasCluster(cluster))]
            : [.. instances.Select(fleet.Get)];
        if (proxies.FirstOrDefault(proxy => !proxy.HasCluster(cluster)) is { } without)
        {
            throw new CliException(
                ExitCodes.Failed,
                $"refused, nothing was written: {without.Instance} has no cluster {cluster} (it has {string.Join(", ", without.Clusters)}); ddmq zk cluster set adds one");
        }

        if (proxies.Length == 0)
        {
            throw TopicOptionSet.NoProxyHas(cluster, fleet);
        }

        foreach (IGrouping<string, ProxyNode> group in proxies.GroupBy(proxy => proxy.ProxyCluster, StringComparer.Ordinal))
        {
            TopicUnit unit = TopicUnit.Create(cluster, tps);
            foreach (ProxyNode proxy in group)
            {
                unit.Bind(group.Key, proxy.Instance);
            }

            topic.Add(unit);
        }
    }

    /// <summary>Exactly these proxies serve these parts.</summary>
    private static void Rebind(TopicNode topic, TopicUnit[] units, IReadOnlyList<string> instances, Fleet fleet)
    {
        foreach (TopicUnit unit in units)
        {
            foreach (string instance in unit.Instances.Except(instances))
            {
                unit.Unbind(instance);
            }
        }

        string[] clusters = [.. units.Select(unit => unit.BrokerCluster).Distinct()];
        foreach (ProxyNode proxy in instances.Select(fleet.Get))
        {
            TopicUnit[] own = [.. Binding.UnitsFor(topic, proxy, alsoOtherGroups: true).Where(unit => clusters.Contains(unit.BrokerCluster))];
            if (own.Length == 0)
            {
                throw new CliException(
                    ExitCodes.Failed,
                    $"refused, nothing was written: {proxy.Instance} has none of the clusters {string.Join(", ", clusters)}; ddmq zk cluster set adds one");
            }

            foreach (TopicUnit unit in own)
            {
                unit.Bind(proxy.ProxyCluster, proxy.Instance);
            }
        }
    }

    // The console's rule; the proxies would take more.
    private static string NewName(string name) =>
        name.Length is >= ShortestName and <= LongestName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
            ? name
            : throw CliException.Usage($"'{Output.SafeText.Of(name)}' cannot be a new topic; expected {ShortestName} to {LongestName} letters, digits, '_' or '-'");
}
