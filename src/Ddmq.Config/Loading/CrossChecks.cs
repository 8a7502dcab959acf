using System.Net;
using System.Text;
using Ddmq.Config.ZooKeeper;
using Ddmq.Core.Topics;

namespace Ddmq.Config.Loading;

/// <summary>Checks that need more than one setting. Each is a method of its own and reports where the operator wrote the value.</summary>
internal static class CrossChecks
{
    public static void Run(CarreraOptions options, BindingReport report)
    {
        ZooKeeperAddressIsGood(options, report);
        PortsDiffer(options, report);
        SizesFit(options, report);
        FoldersDiffer(options, report);
        PartitionsNameTopics(options, report);
        PoliciesNameTopics(options, report);
        TopicsAreComplete(options.DefaultTopicInfoConf, "defaultTopicInfoConf", options, report);
        TopicsAreComplete(options.CarreraConfiguration.DefaultTopicInfoConf, "carreraConfiguration.defaultTopicInfoConf", options, report);
    }

    private static void ZooKeeperAddressIsGood(CarreraOptions options, BindingReport report)
    {
        if (!options.UsesZooKeeper)
        {
            return;
        }

        if (!ZooKeeperAddress.TryParse(ZooKeeperAddress.WithConfigRoot(options.ZookeeperAddr), out _, out string? error))
        {
            report.Add("zookeeperAddr", error);
        }

        if (options.Host.Trim().Length > 0 && Uri.CheckHostName(options.Host.Trim()) == UriHostNameType.Unknown)
        {
            report.Add("host", $"\"{options.Host}\" is not an address; expected the IP address under which ZooKeeper knows this proxy");
        }
    }

    private static void PortsDiffer(CarreraOptions options, BindingReport report)
    {
        AdminOptions admin = options.Ddmq.Admin;
        if (admin.Enabled && admin.Port == options.Port && admin.Port != 0 && Overlap(admin.BindAddress, options.Ddmq.Thrift.BindAddress))
        {
            report.Add("ddmq.admin.port", $"{admin.Port} is also the Thrift port (`port`); expected two different ports");
        }
    }

    private static void FoldersDiffer(CarreraOptions options, BindingReport report)
    {
        if (Path.GetFullPath(options.Ddmq.Spool.Path) == Path.GetFullPath(options.Ddmq.Store.Path))
        {
            report.Add("ddmq.spool.path", $"{options.Ddmq.Spool.Path} is also the embedded store's folder (ddmq.store.path); expected two different folders");
        }
    }

    private static void SizesFit(CarreraOptions options, BindingReport report)
    {
        ThriftOptions thrift = options.Ddmq.Thrift;
        if (options.Ddmq.Store.MaxMessageSize >= thrift.MaxFrameBytes)
        {
            report.Add(
                "ddmq.store.maxMessageSize",
                $"{options.Ddmq.Store.MaxMessageSize} does not fit into a frame; expected less than ddmq.thrift.maxFrameBytes ({thrift.MaxFrameBytes})");
        }

        if (thrift.MaxBytesInFlight < thrift.MaxFrameBytes)
        {
            report.Add(
                "ddmq.thrift.maxBytesInFlight",
                $"{thrift.MaxBytesInFlight} has no room for one frame; expected at least ddmq.thrift.maxFrameBytes ({thrift.MaxFrameBytes})");
        }

        if (options.Ddmq.Store.MaxQueuedBytes < options.Ddmq.Store.MaxMessageSize)
        {
            report.Add(
                "ddmq.store.maxQueuedBytes",
                $"{options.Ddmq.Store.MaxQueuedBytes} has no room for one message; expected at least ddmq.store.maxMessageSize ({options.Ddmq.Store.MaxMessageSize})");
        }

        BatchesFit(options.CarreraConfiguration.AutoBatch, "carreraConfiguration.autoBatch", report);
        ClusterChecks.Run(options.CarreraConfiguration, "carreraConfiguration", options.Ddmq.Store.ClusterName, report);
    }

    /// <summary>A batch has room for the largest message that may go into one.</summary>
    public static void BatchesFit(AutoBatchOptions batch, string path, BindingReport report)
    {
        if (batch.MaxBathBytes <= batch.DoBatchThresholdBytes)
        {
            report.Add(
                $"{path}.maxBathBytes", $"{batch.MaxBathBytes} is too small; expected more than doBatchThresholdBytes ({batch.DoBatchThresholdBytes})");
        }
    }

    private static void PartitionsNameTopics(CarreraOptions options, BindingReport report)
    {
        foreach (string topic in options.Ddmq.Store.Partitions.Keys)
        {
            if (!TopicNames.IsValid(Encoding.UTF8.GetBytes(topic)))
            {
                report.Add($"ddmq.store.partitions.{topic}", $"\"{topic}\" is not a topic; expected {new TopicNameAttribute().Expected}");
            }
        }
    }

    private static void PoliciesNameTopics(CarreraOptions options, BindingReport report)
    {
        foreach (string topic in options.Ddmq.Topics.Keys.Where(topic => topic != TopicPolicies.Others && !TopicNames.IsValid(Encoding.UTF8.GetBytes(topic))))
        {
            report.Add($"ddmq.topics.{topic}", $"\"{topic}\" is not a topic; expected {new TopicNameAttribute().Expected}, or {TopicPolicies.Others} for all others");
        }
    }

    private static void TopicsAreComplete(DefaultTopicInfoOptions section, string path, CarreraOptions options, BindingReport report)
    {
        TopicsHaveNames(section, path, report);
        for (int i = 0; i < section.Topics.Count; i++)
        {
            UnitsNameKnownClusters(section.Topics[i], $"{path}.topics[{i}]", options, report);
        }
    }

    /// <summary>Every topic of a list has a name, and no two the same.</summary>
    public static void TopicsHaveNames(DefaultTopicInfoOptions section, string path, BindingReport report)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < section.Topics.Count; i++)
        {
            TopicOptions topic = section.Topics[i];
            string topicPath = $"{path}.topics[{i}]";
            if (!report.IsSet($"{topicPath}.topic"))
            {
                report.Add(topicPath, "the topic has no name; expected topic: NAME");
            }
            else if (topic.Topic.Length > 0 && !names.Add(topic.Topic))
            {
                report.Add($"{topicPath}.topic", $"\"{topic.Topic}\" is listed twice");
            }
        }
    }

    private static void UnitsNameKnownClusters(TopicOptions topic, string topicPath, CarreraOptions options, BindingReport report)
    {
        string embedded = options.Ddmq.Store.ClusterName;
        string[] known = [embedded, .. options.CarreraConfiguration.KafkaConfigurationMap.Keys, .. options.CarreraConfiguration.RocketmqConfigurationMap.Keys];
        var clusters = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < topic.TopicUnits.Count; i++)
        {
            string unitPath = $"{topicPath}.topicUnits[{i}]";
            string cluster = topic.TopicUnits[i].BrokerCluster;
            if (!report.IsSet($"{unitPath}.brokerCluster"))
            {
                report.Add(unitPath, $"the unit has no cluster; expected brokerCluster: {embedded}");
            }
            else if (cluster.Length > 0 && !options.UsesZooKeeper && !known.Contains(cluster))
            {
                report.Add($"{unitPath}.brokerCluster", $"\"{cluster}\" is not a known cluster; expected {string.Join(" or ", known)}");
            }
            else if (cluster.Length > 0 && !clusters.Add(cluster))
            {
                report.Add($"{unitPath}.brokerCluster", $"\"{cluster}\" has a unit of this topic already");
            }
        }
    }

    // Two sockets share a port only when each is bound to an address of its own.
    private static bool Overlap(string left, string right)
    {
        var a = IPAddress.Parse(left);
        var b = IPAddress.Parse(right);
        return a.Equals(b) || IsAny(a) || IsAny(b);
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
