using Ddmq.Cli.Doctor.Checks;
using Ddmq.Config;

namespace Ddmq.Cli.Doctor;

/// <summary>
/// All checks, as many as possible at the same time. Each has a limit of its own; together they take about five times what one answer may take.
/// Nothing is dialled but what the configuration names, and what those servers name.
/// To add a check: a class in Checks/, a line here, a row in docs/operations.md.
/// </summary>
internal static class HealthCheck
{
    // Connecting, the proxy's own node, its topics' nodes.
    private const double ZooKeeperAnswers = 1.5;

    // The servers that are configured, those that they name, the topics; what is left is for the machine between them.
    private const double ClusterAnswers = 2.5;

    /// <summary>Runs them.</summary>
    /// <param name="examination">What is examined.</param>
    /// <param name="sendTo">The topic that gets a test message; null for none.</param>
    /// <param name="answer">How long each server may take for an answer.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The results in the order in which a person would look.</returns>
    public static async Task<IReadOnlyList<CheckResult>> RunAsync(
        Examination examination, string? sendTo, TimeSpan answer, CancellationToken cancellation)
    {
        CarreraOptions options = examination.Options;
        (ProxyAnswer? status, IReadOnlyList<CheckResult> proxy) = await CheckRun.WithinAsync(
            "proxy", answer, null, token => ProxyCheck.RunAsync(examination, token), cancellation).ConfigureAwait(false);
        int[] pids = [.. examination.ProcessIds(status)];
        int? pid = pids.Length > 0 ? pids[0] : null;

        Task<IReadOnlyList<CheckResult>> ports = OnMachine("ports", () => PortCheck.Run(options, pids));
        Task<IReadOnlyList<CheckResult>> disks = OnMachine("disks", () => DiskCheck.Run(examination));
        Task<IReadOnlyList<CheckResult>> machine = OnMachine("machine", () => [.. OpenFilesCheck.Run(options, pid), .. MemoryCheck.Run(options, pid), .. ClockCheck.Run()]);
        Task<IReadOnlyList<CheckResult>> send = sendTo is null
            ? Task.FromResult<IReadOnlyList<CheckResult>>([])
            : CheckRun.WithinAsync($"send {sendTo}", answer * ClusterAnswers, token => SendCheck.RunAsync(examination.Thrift, sendTo, token), cancellation);

        (ClustersInUse clusters, IReadOnlyList<CheckResult> zooKeeper) = options.UsesZooKeeper
            ? await CheckRun.WithinAsync(
                "zookeeper", answer * ZooKeeperAnswers, ClustersInUse.None, token => ZooKeeperCheck.RunAsync(examination, status is not null, token), cancellation).ConfigureAwait(false)
            : (OfFile(options), []);
        Task<IReadOnlyList<CheckResult>> libraries = OnMachine("libraries", () => LibraryCheck.Run(options, clusters.Kafka.Count > 0));
        Task<IReadOnlyList<CheckResult>>[] brokers =
        [
            .. clusters.Kafka.Select(cluster => CheckRun.WithinAsync(
                $"kafka {cluster.Key}",
                answer * ClusterAnswers,
                token => KafkaCheck.RunAsync(
                    cluster.Key, ClusterStoreOptions.Kafka(cluster.Key, cluster.Value, options.Ddmq), clusters.TopicsOn(cluster.Key), answer, token),
                cancellation)),
            .. clusters.RocketMq.Select(cluster => CheckRun.WithinAsync(
                $"rocketmq {cluster.Key}",
                answer * ClusterAnswers,
                _ => RocketMqCheck.RunAsync(
                    cluster.Key, ClusterStoreOptions.RocketMq(cluster.Key, cluster.Value, options.Ddmq), clusters.TopicsOn(cluster.Key), answer),
                cancellation)),
        ];

        var results = new List<CheckResult>(proxy);
        foreach (Task<IReadOnlyList<CheckResult>> part in (Task<IReadOnlyList<CheckResult>>[])[libraries, ports, Task.FromResult(zooKeeper), .. brokers, disks, machine, send])
        {
            results.AddRange(await part.ConfigureAwait(false));
        }

        return results;

        Task<IReadOnlyList<CheckResult>> OnMachine(string check, Func<IReadOnlyList<CheckResult>> run) =>
            CheckRun.WithinAsync(check, answer * ClusterAnswers, _ => Task.FromResult(run()), cancellation);
    }

    private static ClustersInUse OfFile(CarreraOptions options) => ClustersInUse.From(
        options.CarreraConfiguration,
        TopicConfigs.Static(options.DefaultTopicInfoConf, options.CarreraConfiguration.DefaultTopicInfoConf, options.Ddmq.Store.ClusterName));
}
