using Ddmq.Config.Loading;

namespace Ddmq.Config.Nodes;

/// <summary>What a node must hold beyond its members' types: the original's rules where they protect anything (docs/configuration.md).</summary>
internal static class NodeChecks
{
    public static void Proxy(ProxyNodeOptions node, string embeddedCluster, BindingReport report)
    {
        Require(report, "instance", "proxyCluster", "brokerClusters", "carreraConfiguration");
        CarreraConfigurationOptions configuration = node.CarreraConfiguration;
        const string Path = "carreraConfiguration";
        if (report.IsSet("brokerClusters") && node.BrokerClusters.Count == 0)
        {
            report.Add("brokerClusters", "the list is empty; expected the names of the broker clusters");
        }

        ClusterChecks.Run(configuration, Path, embeddedCluster, report);
        CrossChecks.BatchesFit(configuration.AutoBatch, $"{Path}.autoBatch", report);
        CrossChecks.TopicsHaveNames(configuration.DefaultTopicInfoConf, $"{Path}.defaultTopicInfoConf", report);
    }

    public static void Topic(TopicOptions node, string topic, BindingReport report)
    {
        Require(report, "topic", "topicUnits");
        if (report.IsSet("topic") && node.Topic != topic)
        {
            report.Add("topic", $"\"{node.Topic}\" stands in the node of topic {topic}; expected the same name");
        }

        for (int i = 0; i < node.TopicUnits.Count; i++)
        {
            if (node.TopicUnits[i].BrokerCluster.Length == 0)
            {
                report.Add($"topicUnits[{i}].brokerCluster", "the unit has no cluster; expected brokerCluster");
            }
        }
    }

    private static void Require(BindingReport report, params ReadOnlySpan<string> members)
    {
        foreach (string member in members)
        {
            if (!report.IsSet(member))
            {
                report.Add(member, "is missing, and it is required");
            }
        }
    }
}
