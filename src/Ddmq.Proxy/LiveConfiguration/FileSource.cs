using Ddmq.Config;
using Ddmq.Core.Topics;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>Settings from the file alone, when no ZooKeeper is named. Read once.</summary>
internal static class FileSource
{
    /// <summary>Puts the file's settings in force.</summary>
    /// <returns>See <see cref="SettingsInForce.Apply"/>.</returns>
    /// <exception cref="StartupException">They cannot be put in force.</exception>
    public static Task Apply(CarreraOptions file, SettingsInForce inForce)
    {
        CarreraConfigurationOptions node = file.CarreraConfiguration;
        Dictionary<string, TopicConfig> topics = TopicConfigs
            .Static(file.DefaultTopicInfoConf, node.DefaultTopicInfoConf, file.Ddmq.Store.ClusterName)
            .ToDictionary(topic => topic.Topic, StringComparer.Ordinal);
        try
        {
            return inForce.Apply(inForce.Prepare(new ProxySettings("the configuration file", node, topics)));
        }
        catch (SettingsException exception)
        {
            throw new StartupException(exception.Message, exception);
        }
    }
}
