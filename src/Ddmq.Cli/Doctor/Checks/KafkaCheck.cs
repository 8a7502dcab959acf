using System.Globalization;
using Ddmq.Config;
using Ddmq.Storage.Kafka;
using Ddmq.Storage.Kafka.Inspection;

namespace Ddmq.Cli.Doctor.Checks;

/// <summary>One Kafka cluster: can it be reached, by the addresses that it tells clients too; are the topics there, and wide enough.</summary>
internal static class KafkaCheck
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    /// <summary>Asks the cluster.</summary>
    /// <param name="name">The cluster.</param>
    /// <param name="options">How it is reached.</param>
    /// <param name="topics">The topics on it.</param>
    /// <param name="limit">How long each answer may take.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<IReadOnlyList<CheckResult>> RunAsync(
        string name, KafkaStoreOptions options, IReadOnlyList<string> topics, TimeSpan limit, CancellationToken cancellation)
    {
        string check = $"kafka {name}";
        string[] bootstrap = [.. options.BootstrapServers];
        string?[] unreachable = await Task.WhenAll(bootstrap.Select(address => TcpReach.WhyNotAsync(address, limit, cancellation))).ConfigureAwait(false);
        var results = new List<CheckResult>();
        bool isAnyReached = unreachable.Contains(null);
        for (int i = 0; i < bootstrap.Length; i++)
        {
            if (unreachable[i] is { } reason)
            {
                string found = $"the broker {bootstrap[i]} cannot be reached: {reason}";
                const string Remedy = "start it, open the way to it, or correct bootstrapServers";
                results.Add(isAnyReached ? CheckResult.Warn(check, found, Remedy) : CheckResult.Fail(check, found, Remedy));
            }
        }

        if (!isAnyReached)
        {
            return results;
        }

        KafkaInspection inspection = await KafkaInspector.InspectAsync(options, topics, limit, cancellation).ConfigureAwait(false);
        results.AddRange(Describe(check, name, options, inspection));
        string?[] hidden = await Task.WhenAll(
            inspection.Brokers.Values.Select(address => TcpReach.WhyNotAsync(address, limit, cancellation))).ConfigureAwait(false);
        results.AddRange(inspection.Brokers.Zip(hidden).Where(each => each.Second is not null).Select(each => CheckResult.Fail(
            check,
            $"broker {each.First.Key} tells clients to come to {each.First.Value}, which cannot be reached from here: {each.Second}",
            "advertised.listeners of that broker: an address that this machine reaches; or the way to it")));
        return results;
    }

    internal static IEnumerable<CheckResult> Describe(string check, string name, KafkaStoreOptions options, KafkaInspection inspection)
    {
        if (inspection.Trouble is { } trouble)
        {
            yield return inspection.CredentialsRefused
                ? CheckResult.Fail(check, $"the brokers do not accept the credentials: {trouble}", $"ddmq.kafkaClusters.{name}.properties: sasl.mechanism, sasl.username, sasl.password")
                : CheckResult.Fail(
                    check, $"no broker answers: {trouble}", $"its listener may want TLS or SASL: ddmq.kafkaClusters.{name}.properties, security.protocol; or it is no Kafka broker");
            yield break;
        }

        string answer = string.Create(
            CultureInfo.InvariantCulture,
            $"{NameList.Count(inspection.Brokers.Count, "broker")}, {inspection.Topics.Count(topic => topic.Exists)} of {NameList.Count(inspection.Topics.Count, "topic")} there, answered in {inspection.Elapsed.TotalMilliseconds:F0} ms");
        yield return CheckResult.Ok(check, answer);
        if (inspection.Elapsed > Slow)
        {
            yield return CheckResult.Warn(check, "the answer took long", "look at the brokers' load and the way to them");
        }

        foreach (CheckResult result in Topics(check, name, options, inspection))
        {
            yield return result;
        }
    }

    private static IEnumerable<CheckResult> Topics(string check, string name, KafkaStoreOptions options, KafkaInspection inspection)
    {
        string server = options.BootstrapServers[0];
        string[] forbidden = Select(topic => topic.IsForbidden);
        string[] missing = Select(topic => !topic.Exists && !topic.IsForbidden);
        string[] headless = Select(topic => topic.WithoutLeader > 0);
        if (forbidden.Length > 0)
        {
            yield return CheckResult.Fail(
                check,
                $"no right to {NameList.Of(forbidden)}",
                $"kafka-acls.sh --bootstrap-server {server} --add --allow-principal User:.. --operation Write --operation Describe --topic {forbidden[0]}");
        }

        if (missing.Length > 0)
        {
            string remedy = $"kafka-topics.sh --bootstrap-server {server} --create --topic {missing[0]} --partitions 8";
            yield return inspection.CreatesTopics == true
                ? CheckResult.Warn(check, $"not there: {NameList.Of(missing)}; the first message creates it with the brokers' num.partitions", remedy)
                : CheckResult.Fail(check, $"not there: {NameList.Of(missing)}{(inspection.CreatesTopics is null ? " (or not for this client to see)" : "; the brokers create none by themselves")}", remedy);
        }

        if (headless.Length > 0)
        {
            yield return CheckResult.Fail(
                check, $"partitions without a leader: {NameList.Of(headless)}", $"kafka-topics.sh --bootstrap-server {server} --describe --unavailable-partitions; start the brokers that have them");
        }

        KafkaTopicInspection[] narrow = [.. inspection.Topics.Where(topic => topic.MaxMessageBytes < options.MaxMessageSize)];
        int? smallest = narrow.Min(topic => topic.MaxMessageBytes) ?? (inspection.MessageMaxBytes < options.MaxMessageSize && inspection.Topics.Count == 0 ? inspection.MessageMaxBytes : null);
        if (smallest is { } bytes)
        {
            string where = narrow.Length > 0 ? $"max.message.bytes of {NameList.Of([.. narrow.Select(topic => topic.Name)])}" : "message.max.bytes of the brokers";
            yield return CheckResult.Warn(
                check,
                $"{where} is {bytes}, less than the proxy lets in ({options.MaxMessageSize}): larger messages come back with code 11",
                $"ddmq.kafkaClusters.{name}.maxMessageSize: {Math.Max(1, bytes - KafkaInspector.RecordOverhead)}, or kafka-configs.sh --bootstrap-server {server} --alter --entity-type topics --entity-name "
                + $"{(narrow.Length > 0 ? narrow[0].Name : "TOPIC")} --add-config max.message.bytes={options.MaxMessageSize + KafkaInspector.RecordOverhead}");
        }

        string[] Select(Func<KafkaTopicInspection, bool> condition) => [.. inspection.Topics.Where(condition).Select(topic => topic.Name)];
    }
}
