using System.Globalization;
using Ddmq.Config;

namespace Ddmq.Benchmarks;

/// <summary>The servers of <see cref="LimitsBenchmark"/> and <see cref="FairnessBenchmark"/>.</summary>
internal static class LimitedServer
{
    /// <summary>Whether it is a server of <see cref="FairnessBenchmark"/>.</summary>
    public static bool IsFairness(string kind) => kind.StartsWith("fairness", StringComparison.Ordinal);

    /// <summary>Configures it; false when <paramref name="kind"/> is another server's.</summary>
    public static bool TryConfigure(CarreraOptions options, string kind)
    {
        CarreraConfigurationOptions node = options.CarreraConfiguration;
        if (IsFairness(kind))
        {
            node.UseKafka = true;
            node.KafkaConfigurationMap["hangs"] = new KafkaClusterOptions { BootstrapServers = ["127.0.0.1:1"] };
            options.DefaultTopicInfoConf.Topics = [Topic("quiet", 100_000, "embedded"), Topic("limited", 500, "embedded"), Topic("hangs", 100_000, "hangs")];
            options.Ddmq.Send.MaxBytesInFlightPerTopic = 4 * 1024 * 1024;
        }
        else if (kind.Split('=', 'x') is ["limits", string topics, string tps])
        {
            int count = int.Parse(topics, CultureInfo.InvariantCulture);
            int limit = int.Parse(tps, CultureInfo.InvariantCulture);
            options.DefaultTopicInfoConf.Topics =
                [.. Enumerable.Range(0, count).Select(i => Topic(count == 1 ? "t" : string.Create(CultureInfo.InvariantCulture, $"t{i:D5}"), limit, "embedded"))];
        }
        else
        {
            return false;
        }

        node.UseRequestLimiter = true;
        node.MaxTps = 10_000_000;
        return true;
    }

    private static TopicOptions Topic(string name, int maxTps, string cluster) => new()
    {
        Topic = name,
        TopicUnits = [new TopicUnitOptions { BrokerCluster = cluster, MaxTps = maxTps }],
        LimiterFailureRetryInterval = 0,
    };
}
