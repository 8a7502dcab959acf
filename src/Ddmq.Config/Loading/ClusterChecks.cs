namespace Ddmq.Config.Loading;

/// <summary>Checks of the two maps of broker clusters, wherever they stand.</summary>
internal static class ClusterChecks
{
    /// <param name="configuration">The section with the maps.</param>
    /// <param name="path">Its path.</param>
    /// <param name="embeddedCluster">The name that the embedded store has taken.</param>
    /// <param name="report">Where errors go.</param>
    public static void Run(CarreraConfigurationOptions configuration, string path, string embeddedCluster, BindingReport report)
    {
        EnabledKindsAreComplete(configuration, path, report);
        foreach ((string name, KafkaClusterOptions cluster) in configuration.KafkaConfigurationMap)
        {
            string clusterPath = $"{path}.kafkaConfigurationMap.{name}";
            NameIsFree(name, clusterPath, embeddedCluster, report);
            AddressesAreGood(cluster.BootstrapServers, $"{clusterPath}.bootstrapServers", "of the brokers", report);
            if (configuration.RocketmqConfigurationMap.ContainsKey(name))
            {
                report.Add(clusterPath, $"\"{name}\" is a RocketMQ cluster too; expected a name of its own");
            }
        }

        foreach ((string name, RocketMqClusterOptions cluster) in configuration.RocketmqConfigurationMap)
        {
            string clusterPath = $"{path}.rocketmqConfigurationMap.{name}";
            NameIsFree(name, clusterPath, embeddedCluster, report);
            AddressesAreGood(cluster.NamesrvAddrs, $"{clusterPath}.namesrvAddrs", "of the name servers", report);
        }
    }

    private static void EnabledKindsAreComplete(CarreraConfigurationOptions configuration, string path, BindingReport report)
    {
        Check(configuration.UseKafka, configuration.KafkaProducers, configuration.KafkaConfigurationMap.Count, "useKafka", "kafkaProducers", "kafkaConfigurationMap");
        Check(
            configuration.UseRocketmq, configuration.RocketmqProducers, configuration.RocketmqConfigurationMap.Count,
            "useRocketmq", "rocketmqProducers", "rocketmqConfigurationMap");

        void Check(bool isEnabled, int producers, int clusters, string flag, string producersKey, string mapKey)
        {
            if (isEnabled && producers == 0)
            {
                report.Add($"{path}.{producersKey}", $"0 with {flag} switched on; expected 1 or more");
            }

            if (isEnabled && clusters == 0)
            {
                report.Add($"{path}.{flag}", $"is on and {mapKey} has no cluster; expected a cluster, or {flag}: false");
            }
        }
    }

    private static void NameIsFree(string name, string path, string embeddedCluster, BindingReport report)
    {
        if (name == embeddedCluster)
        {
            report.Add(path, $"\"{name}\" is the embedded store (ddmq.store.clusterName); expected another name");
        }
    }

    private static void AddressesAreGood(List<string> addresses, string path, string whose, BindingReport report)
    {
        if (addresses.Count == 0)
        {
            report.Add(path, $"no address; expected host:port {whose}");
        }

        foreach (string address in addresses.Where(address => !IsAddress(address)))
        {
            report.Add(path, $"\"{address}\" is not an address; expected host:port");
        }
    }

    private static bool IsAddress(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0 && Uri.CheckHostName(text[..colon]) != UriHostNameType.Unknown
            && ushort.TryParse(text[(colon + 1)..], System.Globalization.NumberStyles.None, null, out ushort port) && port > 0;
    }
}
