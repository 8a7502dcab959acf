using System.Diagnostics;
using System.Globalization;
using Ddmq.Cli.Admin;
using Ddmq.Cli.Zk;
using Ddmq.Config;
using Ddmq.Config.Nodes;
using Ddmq.Config.ZooKeeper;
using Ddmq.Core.Topics;

namespace Ddmq.Cli.Doctor.Checks;

/// <summary>The configuration in ZooKeeper as this proxy would read it, and whether it is in force.</summary>
internal static class ZooKeeperCheck
{
    private const string Name = "zookeeper";

    /// <summary>Reads the proxy's node and its topics' nodes.</summary>
    /// <param name="examination">What is examined; its configuration names a ZooKeeper.</param>
    /// <param name="isRunning">Whether the proxy answers, so that what it has in force can be compared.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The clusters and topics that follow, and what was found.</returns>
    public static async Task<(ClustersInUse Clusters, IReadOnlyList<CheckResult> Results)> RunAsync(
        Examination examination, bool isRunning, CancellationToken cancellation)
    {
        CarreraOptions options = examination.Options;
        string text = ZooKeeperAddress.WithConfigRoot(options.ZookeeperAddr);
        if (!ZooKeeperAddress.TryParse(text, out ZooKeeperAddress? address, out string? error))
        {
            return (ClustersInUse.None, [CheckResult.Fail(Name, error, "zookeeperAddr: host:port,host:port")]);
        }

        if (InstanceName.Of(options) is not { } instance)
        {
            return (ClustersInUse.None, [CheckResult.Fail(Name, InstanceName.WhyNone, null)]);
        }

        long began = Stopwatch.GetTimestamp();
        string digest = options.Ddmq.Zookeeper.DigestAuth;
        await using ZkConnection connection = await ZkConnection.OpenAsync(address, digest.Length == 0 ? null : digest, cancellation).ConfigureAwait(false);
        string elapsed = string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(began).TotalMilliseconds:F0} ms");
        var results = new List<CheckResult> { CheckResult.Ok(Name, $"{address} answers ({elapsed})") };
        ClustersInUse clusters = await ReadAsync(options, instance, connection, results).ConfigureAwait(false);
        if (isRunning && examination.Admin is { } admin)
        {
            results.AddRange(await CompareAsync(admin, connection, cancellation).ConfigureAwait(false));
        }

        return (clusters, results);
    }

    private static async Task<ClustersInUse> ReadAsync(CarreraOptions options, string instance, ZkConnection connection, List<CheckResult> results)
    {
        string path = ProxyNode.PathOf(instance);
        string embedded = options.Ddmq.Store.ClusterName;
        StoredNode? own = await connection.ReadAsync(path).ConfigureAwait(false);
        if (own is null)
        {
            string remedy = $"ddmq zk bind {instance} --zookeeper {connection.Address} --help, or the console; when the name is wrong: host (DDMQ_HOST)";
            results.Add(CheckResult.Fail(Name, $"the proxy's node {path} does not exist", remedy));
            return ClustersInUse.None;
        }

        NodeReading<ProxyNodeOptions> reading = NodeReader.ReadProxy(own.Bytes.Span, path, embedded);
        if (reading.Value is not { } node)
        {
            results.Add(CheckResult.Fail(
                Name, $"version {own.Version} is not good: {reading.Reason}", $"mend the node, or ddmq zk history and ddmq zk rollback N --zookeeper {connection.Address}"));
            return ClustersInUse.None;
        }

        CarreraConfigurationOptions settings = node.CarreraConfiguration;
        var served = TopicConfigs.Static(options.DefaultTopicInfoConf, settings.DefaultTopicInfoConf, embedded).ToList();
        IReadOnlyList<StoredNode?> nodes = await connection.ReadAsync([.. node.Topics.Select(TopicNode.PathOf)]).ConfigureAwait(false);
        HashSet<string> clusters = [embedded, .. settings.KafkaConfigurationMap.Keys, .. settings.RocketmqConfigurationMap.Keys];
        int good = results.Count;
        for (int i = 0; i < nodes.Count; i++)
        {
            (TopicConfig? topic, CheckResult? problem) = Examine(node.Topics[i], nodes[i], instance, clusters, connection.Address);
            served.AddRange(topic is null ? [] : [topic]);
            results.AddRange(problem is null ? [] : [problem]);
        }

        results.Insert(good, CheckResult.Ok(
            Name, $"{path} version {own.Version} is good; of {NameList.Count(node.Topics.Count, "topic")} on its white list {NameList.Count(nodes.Count - (results.Count - good), "node")} too"));
        return ClustersInUse.From(settings, served);
    }

    private static (TopicConfig? Topic, CheckResult? Problem) Examine(
        string topic, StoredNode? node, string instance, IReadOnlySet<string> clusters, ZooKeeperAddress address)
    {
        string path = TopicNode.PathOf(topic);
        if (node is null)
        {
            return (null, CheckResult.Warn(
                Name,
                $"{path} does not exist, and the white list names it: it stays as it was last good, if it ever was",
                $"ddmq zk topic create {topic} --zookeeper {address} --help, or ddmq zk topic delete {topic} to take it off the list"));
        }

        NodeReading<TopicOptions> reading = NodeReader.ReadTopic(node.Bytes.Span, path, topic);
        if (reading.Value is not { } read)
        {
            return (null, CheckResult.Fail(Name, $"version {node.Version} is not good: {reading.Reason}", $"mend the node; ddmq zk topic set {topic} --help"));
        }

        TopicConfig? config = TopicConfigs.ForProxy(read, instance);
        string? unknown = config?.TopicUnits.FirstOrDefault(unit => !clusters.Contains(unit.BrokerCluster))?.BrokerCluster;
        return unknown is not null
            ? (null, CheckResult.Fail(
                Name, $"{path} names the cluster {unknown}, which the proxy's node does not configure", $"ddmq zk cluster set {unknown} --proxy {instance} --help"))
            : config is null
                ? (null, CheckResult.Warn(Name, $"{path} is on the white list, but has no part for this proxy: it is not served", $"ddmq zk bind {instance} --topic {topic}"))
                : (config, null);
    }

    private static async Task<IReadOnlyList<CheckResult>> CompareAsync(Uri admin, ZkConnection connection, CancellationToken cancellation)
    {
        ProxyConfiguration inForce;
        try
        {
            using var client = new AdminClient(admin);
            inForce = await ProxyConfiguration.GetAsync(client, cancellation).ConfigureAwait(false);
        }
        catch (CliException exception)
        {
            return [CheckResult.Warn(Name, $"the proxy does not tell what it has in force: {exception.Message}", "./control.sh restart, when it was started with another file")];
        }

        ConfigurationComparison comparison = await ConfigurationComparison.CompareAsync(inForce, connection).ConfigureAwait(false);
        return comparison.Nodes.Count == 0
            ? [CheckResult.Ok(Name, "what the proxy has in force is what the nodes say")]
            : [CheckResult.Warn(
                Name,
                $"not in force as the nodes have it: {NameList.Of([.. comparison.Nodes.Select(node => node.Path)])}",
                $"ddmq zk show --admin {admin} says what and why")];
    }
}
