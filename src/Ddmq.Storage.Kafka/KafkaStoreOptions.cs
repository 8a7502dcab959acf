using System.Collections.Frozen;
using Ddmq.Core.Topics;

namespace Ddmq.Storage.Kafka;

/// <summary>
/// How one Kafka cluster is reached and what bounds the client. Immutable. The members up to <see cref="BufferMemory"/> are those of the
/// original's <c>kafkaConfigurationMap</c>; where one says -1, that leaves the value to the client (librdkafka). What becomes of each is
/// in <see cref="Clients.ClientProperties"/>.
/// </summary>
public sealed record KafkaStoreOptions
{
    /// <summary>Where the client begins, as <c>host:port</c>; it learns of the other brokers from these. Required.</summary>
    public required IReadOnlyList<string> BootstrapServers { get; init; }

    /// <summary>
    /// Which acknowledgement makes a message stored: <c>all</c> or <c>-1</c> (all in-sync replicas; the default), <c>1</c> (the leader),
    /// <c>0</c> (none: a message counts as stored when it has been written to the connection). With <c>all</c> the producer is
    /// idempotent: the client's retries leave neither duplicates nor a changed order.
    /// </summary>
    public string Acks { get; init; } = "all";

    /// <summary>
    /// How often the client retries a message by itself, within <see cref="DeliveryTimeout"/>. 0 and up, or -1 (the default) for as often
    /// as time allows. 0 turns idempotence off.
    /// </summary>
    public int Retries { get; init; } = -1;

    /// <summary>
    /// How large a batch for one partition grows, in bytes; a larger message goes alone. 1 and up; -1 (the default): 1,000,000.
    /// </summary>
    public int BatchSize { get; init; } = -1;

    /// <summary>The name under which brokers know this client in their logs and quotas. The same for all <see cref="Producers"/>.</summary>
    public string ClientId { get; init; } = "ddmq";

    /// <summary>How long the client waits before it retries. 1 ms to 300 s; negative (the default): 100 ms.</summary>
    public TimeSpan RetryBackoff { get; init; } = Unset;

    /// <summary>
    /// How old a topic's number of partitions may become before it is asked for again. 1 s to 1 day; negative (the default): 5 minutes.
    /// </summary>
    public TimeSpan MetadataMaxAge { get; init; } = Unset;

    /// <summary>How long one question about metadata may take, and how long a message waits for its answer. Above 0, default 3 s.</summary>
    public TimeSpan MetadataFetchTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a broker waits for the replicas that <see cref="Acks"/> asks for. 1 ms to 900 s, default 3 s.</summary>
    public TimeSpan AckTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How many bytes of bodies may be under way to the cluster in each of <see cref="Producers"/>; with more, messages wait
    /// <see cref="RoomTimeout"/> for room and are then refused. At least one message of <see cref="MaxMessageSize"/> always fits. 1 and
    /// up; -1 (the default): 1 GiB. The client takes 100,000 messages at most in any case (<c>queue.buffering.max.messages</c>).
    /// </summary>
    public long BufferMemory { get; init; } = -1;

    /// <summary>
    /// Instances of the client. More than one spread the work over threads; a partition always uses the same one. 1 to 64, default 1.
    /// </summary>
    public int Producers { get; init; } = 1;

    /// <summary>
    /// The largest body, in bytes; key, tags and properties come on top. 1 to 512 MiB, default 2 MiB. The brokers'
    /// <c>message.max.bytes</c> must allow it.
    /// </summary>
    public int MaxMessageSize { get; init; } = Topic.DefaultMaxMessageSize;

    /// <summary>
    /// How long after it was handed to the client a message is given up on, retries included. Every message is answered by then, whatever
    /// the brokers do. 100 ms and up, default 10 s. A producer's own deadline is usually earlier and answers first; the message may still
    /// be stored after it.
    /// </summary>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a topic that the cluster does not know is refused without asking again. 0 and up, default 2 s. It is the time a topic
    /// just created may take to be seen.
    /// </summary>
    public TimeSpan UnknownTopicTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a message waits for a topic that nobody has asked about before, when the cluster does not know it: asking makes brokers
    /// with <c>auto.create.topics.enable</c> create it, which they do not tell. 0 and up, default 1 s.
    /// </summary>
    public TimeSpan TopicCreationTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a message waits for room in a full client, at most until its deadline. 0 and up, default 500 ms.</summary>
    public TimeSpan RoomTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How many bytes of messages may wait for metadata and for room together, 1 KiB for each message on top; one more is refused. 1 MiB
    /// and up, default 64 MiB.
    /// </summary>
    public long MaxWaitingBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long closing the store waits for messages under way. 0 and up, default 5 s.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Properties of librdkafka by their names, passed through; they win over everything above. For TLS, SASL, <c>linger.ms</c>,
    /// <c>compression.type</c>. <c>transactional.id</c> and <c>delivery.report.only.error</c> cannot be used. Empty by default.
    /// </summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = FrozenDictionary<string, string>.Empty;

    internal static TimeSpan Unset => TimeSpan.FromMilliseconds(-1);

    /// <summary>Every value that is out of range, each in one line with what would be right. Empty when all is well.</summary>
    public IReadOnlyList<string> Errors()
    {
        var errors = new List<string>();
        Require(BootstrapServers.Count > 0 && !BootstrapServers.Any(string.IsNullOrWhiteSpace),
            nameof(BootstrapServers), "needs at least one host:port, and none that is empty");
        Require(Acks is "0" or "1" or "-1" or "all", nameof(Acks), $"'{Acks}' is not one of 0, 1, -1, all");
        Require(Retries >= -1, nameof(Retries), $"{Retries} is below -1");
        Require(BatchSize is -1 or > 0, nameof(BatchSize), $"{BatchSize} is neither -1 nor above 0");
        Require(BufferMemory is -1 or > 0, nameof(BufferMemory), $"{BufferMemory} is neither -1 nor above 0");
        Require(Producers is >= 1 and <= 64, nameof(Producers), $"{Producers} is not within 1 to 64");
        Require(MaxMessageSize is >= 1 and <= 512 * 1024 * 1024, nameof(MaxMessageSize), $"{MaxMessageSize} is not within 1 to 512 MiB");
        Require(MaxWaitingBytes >= 1024 * 1024, nameof(MaxWaitingBytes), $"{MaxWaitingBytes} is below 1 MiB");
        Within(nameof(RetryBackoff), RetryBackoff, 0.001, 300, true);
        Within(nameof(MetadataMaxAge), MetadataMaxAge, 1, 86_400, true);
        Within(nameof(MetadataFetchTimeout), MetadataFetchTimeout, 0.001, 900, false);
        Within(nameof(AckTimeout), AckTimeout, 0.001, 900, false);
        Within(nameof(DeliveryTimeout), DeliveryTimeout, 0.1, 86_400, false);
        Within(nameof(UnknownTopicTime), UnknownTopicTime, 0, 86_400, false);
        Within(nameof(TopicCreationTime), TopicCreationTime, 0, 86_400, false);
        Within(nameof(RoomTimeout), RoomTimeout, 0, 86_400, false);
        Within(nameof(CloseTimeout), CloseTimeout, 0, 86_400, false);
        return errors;

        void Require(bool kept, string name, string otherwise)
        {
            if (!kept)
            {
                errors.Add($"{name}: {otherwise}.");
            }
        }

        void Within(string name, TimeSpan value, double minSeconds, double maxSeconds, bool canBeUnset) => Require(
            (canBeUnset && value < TimeSpan.Zero) || (value.TotalSeconds >= minSeconds && value.TotalSeconds <= maxSeconds),
            name, $"{value} is not within {minSeconds:0.###} to {maxSeconds} seconds");
    }

    // Properties may hold passwords: what prints a record prints none of them.
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append($"BootstrapServers = {string.Join(',', BootstrapServers)}, Acks = {Acks}, Producers = {Producers}, ");
        builder.Append($"MaxMessageSize = {MaxMessageSize}, Properties = {string.Join(',', Properties.Keys)}");
        return true;
    }
}
