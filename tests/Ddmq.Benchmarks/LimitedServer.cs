using System.Globalization;
using Ddmq.Config;

namespace Ddmq.Benchmarks;

/// <summary>The servers of <see cref="LimitsBenchmark"/> and <see cref="FairnessBenchmark"/>.</summary>
internal static class LimitedServer
{
    private const string Fairness = "fairness-";
    private const string Unpaused = "fairness-unpaused-";

    /// <summary>A server of the fairness benchmark that reads connections at once, whatever their clients are refused.</summary>
    public static string WithoutPauses(string kind) => kind.Replace(Fairness, Unpaused, StringComparison.Ordinal);

    /// <summary>The cluster of a server of the fairness benchmark, as other servers' kinds name it.</summary>
    public static string ClusterOf(string kind) =>
        kind.Replace(Unpaused, "", StringComparison.Ordinal).Replace(Fairness, "", StringComparison.Ordinal);

    /// <summary>Whether its topics are on a store that does something.</summary>
    public static bool HasStore(string kind) => IsFairness(kind) && !kind.EndsWith("-noop", StringComparison.Ordinal);

    /// <summary>Whether one of its topics is on a broker that takes what it is sent and never answers.</summary>
    public static bool HasHangingBroker(string kind) => IsFairness(kind) && !IsOnBroker(kind);

    /// <summary>Configures it; false when <paramref name="kind"/> is another server's.</summary>
    public static bool TryConfigure(CarreraOptions options, string kind)
    {
        CarreraConfigurationOptions node = options.CarreraConfiguration;
        if (IsFairness(kind))
        {
            string cluster = IsOnBroker(kind) ? "bench" : "embedded";
            options.DefaultTopicInfoConf.Topics = [Topic("quiet", 100_000, cluster), Topic("limited", 500, cluster), Topic("limited-100", 100, cluster)];
            options.Ddmq.Thrift.OverLimitPauseMs = kind.StartsWith(Unpaused, StringComparison.Ordinal) ? 0 : options.Ddmq.Thrift.OverLimitPauseMs;
            options.Ddmq.Send.MaxBytesInFlightPerTopic = 4 * 1024 * 1024;
            if (HasHangingBroker(kind))
            {
                node.UseKafka = true;
                node.KafkaConfigurationMap["hangs"] = new KafkaClusterOptions { BootstrapServers = ["127.0.0.1:1"] };
                options.DefaultTopicInfoConf.Topics.Add(Topic("hangs", 100_000, "hangs"));
            }
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

    private static bool IsFairness(string kind) => kind.StartsWith(Fairness, StringComparison.Ordinal);

    private static bool IsOnBroker(string kind) => kind.Contains('=', StringComparison.Ordinal);

    private static TopicOptions Topic(string name, int maxTps, string cluster) => new()
    {
        Topic = name,
        TopicUnits = [new TopicUnitOptions { BrokerCluster = cluster, MaxTps = maxTps }],
        LimiterFailureRetryInterval = 0,
    };
}
