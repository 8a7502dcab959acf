using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Ddmq.Storage.Kafka.Clients;
using Ddmq.Storage.Kafka.Native;

namespace Ddmq.Storage.Kafka.Inspection;

/// <summary>
/// Asks a cluster what an operator wants to know before messages go there, with the settings that <see cref="KafkaStore"/> would use. It
/// writes nothing, and it asks in a way that creates no topic. Thread-safe.
/// </summary>
public static class KafkaInspector
{
    /// <summary>As many topics are asked for their settings, by name; of more than that only the existence is looked at.</summary>
    public const int MostTopicSettings = 200;

    /// <summary>Bytes that a record needs beside its body at most; see <see cref="KafkaStoreOptions.MaxMessageSize"/>.</summary>
    public const int RecordOverhead = ClientProperties.Headroom;

    /// <summary>Asks. Whatever the cluster does is in the answer.</summary>
    /// <param name="options">How the cluster is reached.</param>
    /// <param name="topics">The topics of interest.</param>
    /// <param name="limit">How long each question may take; there are three, and one for each topic that is missing.</param>
    /// <param name="cancellation">Gives up between two questions.</param>
    /// <exception cref="KafkaStoreException">Settings that cannot be, or no librdkafka on this machine.</exception>
    public static Task<KafkaInspection> InspectAsync(
        KafkaStoreOptions options, IReadOnlyList<string> topics, TimeSpan limit, CancellationToken cancellation) => Task.Run(
        async () =>
        {
            // An error that is told in the background says more than the timeout that follows from it.
            var told = new List<Error>();
            using IAdminClient admin = Connect(options, told);
            long began = Stopwatch.GetTimestamp();
            Confluent.Kafka.Metadata all;
            try
            {
                all = admin.GetMetadata(limit);
            }
            catch (KafkaException exception)
            {
                return Failed(exception.Error, told);
            }

            TimeSpan elapsed = Stopwatch.GetElapsedTime(began);
            Dictionary<string, TopicMetadata> known = all.Topics.ToDictionary(topic => topic.Topic, StringComparer.Ordinal);
            string? first = all.Brokers.FirstOrDefault()?.BrokerId.ToString(CultureInfo.InvariantCulture);
            Dictionary<string, string> broker = first is null
                ? []
                : await SettingsAsync(admin, ResourceType.Broker, [first], limit).ConfigureAwait(false);
            string[] asked = [.. topics.Where(known.ContainsKey).Order(StringComparer.Ordinal).Take(MostTopicSettings)];
            Dictionary<string, string> limits = asked.Length == 0
                ? []
                : await SettingsAsync(admin, ResourceType.Topic, asked, limit).ConfigureAwait(false);
            var found = new List<KafkaTopicInspection>();
            foreach (string topic in topics)
            {
                cancellation.ThrowIfCancellationRequested();
                found.Add(known.TryGetValue(topic, out TopicMetadata? metadata)
                    ? Describe(topic, metadata, Number(limits.GetValueOrDefault($"{topic}/max.message.bytes")))
                    : Describe(topic, Ask(admin, topic, limit), null));
            }

            return new KafkaInspection
            {
                Elapsed = elapsed,
                Brokers = all.Brokers.ToDictionary(each => each.BrokerId, each => $"{each.Host}:{each.Port}"),
                Topics = found,
                MessageMaxBytes = Number(broker.GetValueOrDefault($"{first}/message.max.bytes")),
                CreatesTopics = broker.GetValueOrDefault($"{first}/auto.create.topics.enable") is { } creates ? creates == "true" : null,
            };
        },
        cancellation);

    private static IAdminClient Connect(KafkaStoreOptions options, List<Error> told)
    {
        if (options.Errors() is { Count: > 0 } errors)
        {
            throw new KafkaStoreException(string.Join(" ", errors));
        }

        if (LibrdKafka.WhyMissing is { } missing)
        {
            throw new KafkaStoreException($"The Kafka store {missing}.");
        }

        LibrdKafka.Use();
        Dictionary<string, string> properties = ClientProperties.Create(options);
        properties["allow.auto.create.topics"] = "false";
        properties["enable.sparse.connections"] = "true";
        try
        {
            return new AdminClientBuilder(properties)
                .SetLogHandler((_, _) => { })
                .SetErrorHandler((_, error) =>
                {
                    lock (told)
                    {
                        told.Add(error);
                    }
                })
                .Build();
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException or KafkaException)
        {
            throw new KafkaStoreException($"The Kafka client refuses its settings: {exception.Message.TrimEnd('.')}.", exception);
        }
    }

    private static KafkaInspection Failed(Error error, List<Error> told)
    {
        lock (told)
        {
            Error? refusal = told.Find(each => each.Code is ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Authentication);
            Error cause = refusal ?? told.Find(each => each.Code == ErrorCode.Local_Ssl) ?? told.FirstOrDefault() ?? error;
            return new KafkaInspection { CredentialsRefused = refusal is not null, Trouble = cause.Reason };
        }
    }

    private static KafkaTopicInspection Describe(string topic, TopicMetadata? metadata, int? maxMessageBytes) => new(
        topic,
        metadata?.Partitions.Count ?? 0,
        metadata?.Partitions.Count(partition => partition.Leader < 0) ?? 0,
        metadata?.Error.Code == ErrorCode.TopicAuthorizationFailed,
        maxMessageBytes);

    // A topic that the list of all lacks is missing, or not for this client's eyes.
    private static TopicMetadata? Ask(IAdminClient admin, string topic, TimeSpan limit)
    {
        try
        {
            return admin.GetMetadata(topic, limit).Topics.Find(other => other.Topic == topic);
        }
        catch (KafkaException)
        {
            return null;
        }
    }

    // By "resource/name". Empty when the brokers do not tell: not every client may ask.
    private static async Task<Dictionary<string, string>> SettingsAsync(
        IAdminClient admin, ResourceType type, IReadOnlyList<string> names, TimeSpan limit)
    {
        try
        {
            List<DescribeConfigsResult> results = await admin.DescribeConfigsAsync(
                names.Select(name => new ConfigResource { Type = type, Name = name }),
                new DescribeConfigsOptions { RequestTimeout = limit }).ConfigureAwait(false);
            return results
                .SelectMany(result => result.Entries.Values.Select(entry => (Key: $"{result.ConfigResource.Name}/{entry.Name}", entry.Value)))
                .Where(entry => entry.Value is not null)
                .ToDictionary(entry => entry.Key, entry => entry.Value);
        }
        catch (KafkaException)
        {
            return [];
        }
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) ? number : null;
}
