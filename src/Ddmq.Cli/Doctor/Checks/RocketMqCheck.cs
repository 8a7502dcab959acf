using System.Globalization;
using Ddmq.Storage.RocketMq;
using Ddmq.Storage.RocketMq.Inspection;

namespace Ddmq.Cli.Doctor.Checks;

/// <summary>
/// One RocketMQ cluster: every name server, every broker by the address that producers are told, and whether its topics are there and may
/// be written to.
/// </summary>
internal static class RocketMqCheck
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(500);

    // Brokers tell their time to about a second.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(3);

    /// <summary>Asks the cluster.</summary>
    /// <param name="name">The cluster.</param>
    /// <param name="options">How it is reached.</param>
    /// <param name="topics">The topics on it.</param>
    /// <param name="limit">How long each answer may take.</param>
    public static async Task<IReadOnlyList<CheckResult>> RunAsync(string name, RocketMqStoreOptions options, IReadOnlyList<string> topics, TimeSpan limit) =>
        [.. Describe(name, options, await RocketMqInspector.InspectAsync(options, topics, limit, TimeProvider.System).ConfigureAwait(false))];

    internal static IEnumerable<CheckResult> Describe(string name, RocketMqStoreOptions options, RocketMqInspection inspection)
    {
        string check = $"rocketmq {name}";
        CheckResult[] troubles =
        [
            .. NameServers(check, inspection),
            .. inspection.Brokers.SelectMany(broker => Broker(check, name, options, broker)),
            .. Topics(check, options, inspection),
        ];
        TimeSpan slowest = inspection.Brokers.Select(broker => broker.Elapsed).DefaultIfEmpty().Max();
        string summary = string.Create(
            CultureInfo.InvariantCulture,
            $"{inspection.NameServers.Count(each => each.Failure is null)} of {NameList.Count(inspection.NameServers.Count, "name server")}, {inspection.Brokers.Count(broker => broker.Failure is null)} of {NameList.Count(inspection.Brokers.Count, "broker")}, {inspection.Topics.Count(topic => topic.WriteQueues > 0)} of {NameList.Count(inspection.Topics.Count, "topic")}, the slowest broker answered in {slowest.TotalMilliseconds:F0} ms");
        return inspection.NameServers.Any(each => each.Failure is null) ? [CheckResult.Ok(check, summary), .. troubles] : troubles;
    }

    private static IEnumerable<CheckResult> NameServers(string check, RocketMqInspection inspection)
    {
        bool isAnyThere = inspection.NameServers.Any(each => each.Failure is null);
        string[] all = [.. inspection.Brokers.Select(broker => broker.Name)];
        foreach (NameServerInspection server in inspection.NameServers)
        {
            if (server.Failure is { } failure)
            {
                string found = $"the name server {server.Address} does not answer: {failure}";
                const string Remedy = "start it, open the way to it, or correct namesrvAddrs";
                yield return isAnyThere ? CheckResult.Warn(check, found, Remedy) : CheckResult.Fail(check, found, Remedy);
            }
            else if (server.Masters.Count == 0)
            {
                yield return CheckResult.Fail(
                    check, $"no broker with a master has registered with {server.Address}", $"start the brokers with namesrvAddr={server.Address}");
            }
            else if (all.Except(server.Masters.Keys).ToArray() is { Length: > 0 } unknown)
            {
                yield return CheckResult.Warn(
                    check, $"the name server {server.Address} does not know {NameList.Of(unknown)}, another one does", "namesrvAddr of every broker must name every name server");
            }

            if (server.WithoutMaster.Count > 0)
            {
                yield return CheckResult.Warn(
                    check, $"without a master, says {server.Address}: {NameList.Of(server.WithoutMaster)}; nothing can be written there", "start the broker with brokerId=0");
            }
        }
    }

    private static IEnumerable<CheckResult> Broker(string check, string name, RocketMqStoreOptions options, BrokerInspection broker)
    {
        string who = $"{broker.Name} at {broker.Address}";
        if (!broker.IsConnected)
        {
            yield return CheckResult.Fail(
                check,
                $"{who}, as the name server has it, cannot be reached from here: {broker.Failure}",
                "start it; when that address is wrong, brokerIP1 (and listenPort) in its broker.conf; else open the way to it");
        }
        else if (broker.Failure is { } failure)
        {
            yield return CheckResult.Fail(
                check,
                $"{who} refuses: {failure}",
                options.AccessKey.Length == 0
                    ? $"when it wants credentials: ddmq.rocketmqClusters.{name}.accessKey and secretKey; else its log"
                    : $"ddmq.rocketmqClusters.{name}.accessKey and secretKey against its plain_acl.yml; else its log");
        }
        else if (broker.Elapsed > Slow)
        {
            yield return CheckResult.Warn(
                check, string.Create(CultureInfo.InvariantCulture, $"{who} took {broker.Elapsed.TotalMilliseconds:F0} ms to answer"), "look at its load and the way to it");
        }

        if (broker.ClockAhead is { } ahead && ahead.Duration() > ClockTolerance)
        {
            yield return CheckResult.Warn(
                check,
                string.Create(CultureInfo.InvariantCulture, $"the clock of {who} is {ahead.Duration().TotalSeconds:F0} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} this machine's"),
                "timedatectl set-ntp true on both");
        }
    }

    private static IEnumerable<CheckResult> Topics(string check, RocketMqStoreOptions options, RocketMqInspection inspection)
    {
        string server = inspection.NameServers.FirstOrDefault(each => each.Failure is null)?.Address ?? "";
        string[] missing = [.. inspection.Topics.Where(topic => !topic.Exists).Select(topic => topic.Name)];
        if (missing.Length > 0)
        {
            string remedy = $"mqadmin updateTopic -n {server} -c CLUSTER -t {missing[0]} -r 8 -w 8";
            yield return !options.AutoCreateTopics
                ? CheckResult.Fail(check, $"not there: {NameList.Of(missing)}; autoCreateTopics is off for this cluster", remedy)
                : inspection.CreatingBrokers.Count == 0
                    ? CheckResult.Fail(check, $"not there: {NameList.Of(missing)}; no broker creates topics (autoCreateTopicEnable)", remedy)
                    : CheckResult.Warn(check, $"not there: {NameList.Of(missing)}; the first message creates it on {NameList.Of(inspection.CreatingBrokers)}", remedy);
        }

        foreach (RocketMqTopicInspection topic in inspection.Topics.Where(topic => topic.Exists && topic.WriteQueues == 0))
        {
            string why = topic.ReadOnlyBrokers.Count > 0 ? $"read-only on {NameList.Of(topic.ReadOnlyBrokers)}"
                : topic.BrokersWithoutMaster.Count > 0 ? $"no master of {NameList.Of(topic.BrokersWithoutMaster)}"
                : "it has no write queues";
            yield return CheckResult.Fail(check, $"{topic.Name} cannot be written to: {why}", Writable(server, topic.Name));
        }

        RocketMqTopicInspection[] partly = [.. inspection.Topics.Where(topic => topic.WriteQueues > 0 && topic.ReadOnlyBrokers.Count > 0)];
        if (partly.Length > 0)
        {
            yield return CheckResult.Warn(
                check,
                $"read-only on {NameList.Of([.. partly.SelectMany(topic => topic.ReadOnlyBrokers).Distinct()])}: {NameList.Of([.. partly.Select(topic => topic.Name)])}; the other brokers take all",
                Writable(server, partly[0].Name));
        }
    }

    private static string Writable(string server, string topic) =>
        $"mqadmin updateTopicPerm -n {server} -c CLUSTER -t {topic} -p 6; for the whole broker brokerPermission=6 in its broker.conf";
}
