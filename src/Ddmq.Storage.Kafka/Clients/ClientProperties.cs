using System.Globalization;

namespace Ddmq.Storage.Kafka.Clients;

/// <summary>
/// What librdkafka is given for <see cref="KafkaStoreOptions"/>. Pure functions.
/// <list type="table">
/// <listheader><term>option</term><description>librdkafka property</description></listheader>
/// <item><term>BootstrapServers, ClientId</term><description>bootstrap.servers, client.id (the original appended its start time and a
/// number, which Java's MBeans needed; brokers count quotas by this name)</description></item>
/// <item><term>Acks, Retries</term><description>acks, retries, and with them enable.idempotence and max.in.flight</description></item>
/// <item><term>BatchSize, RetryBackoff, AckTimeout</term><description>batch.size, retry.backoff.ms, request.timeout.ms</description></item>
/// <item><term>MetadataMaxAge</term><description>topic.metadata.refresh.interval.ms (the client's own view, for leaders; the store's is in
/// <see cref="Metadata.MetadataLoop"/>)</description></item>
/// <item><term>MetadataFetchTimeout, Producers</term><description>none: the store's own</description></item>
/// <item><term>BufferMemory</term><description>queue.buffering.max.kbytes</description></item>
/// <item><term>DeliveryTimeout</term><description>delivery.timeout.ms, socket.timeout.ms</description></item>
/// </list>
/// </summary>
internal static class ClientProperties
{
    /// <summary>
    /// What a record needs beside its body, in bytes: key, tags and properties as <see cref="Core.Pipeline.MessageRules"/> bounds them
    /// (32 KiB), each with its lengths, and the record's own.
    /// </summary>
    public const int Headroom = 64 * 1024;

    /// <summary>
    /// Set, to true, where the client renews its own tokens (OAUTHBEARER): it does so when somebody serves its callbacks, which
    /// <see cref="ReportLoop"/> does not.
    /// </summary>
    public const string TokenCallbacks = "enable_sasl_queue";

    // librdkafka's defaults; it lets a producer that is not idempotent have any number in flight, which counts as so many here.
    private const int MaxInFlight = 5;
    private const int BatchMessages = 10_000;

    private const int MinBytes = 1000;
    private const int MaxKilobytes = int.MaxValue;

    // librdkafka's second names. The property that is set last wins, whichever of its names is used.
    private static readonly Dictionary<string, string> Aliases = new()
    {
        ["request.required.acks"] = "acks",
        ["message.send.max.retries"] = "retries",
        ["max.in.flight.requests.per.connection"] = "max.in.flight",
        ["queue.buffering.max.ms"] = "linger.ms",
        ["message.timeout.ms"] = "delivery.timeout.ms",
        ["compression.codec"] = "compression.type",
        ["metadata.broker.list"] = "bootstrap.servers",
        ["sasl.mechanism"] = "sasl.mechanisms",
    };

    // What would make answers untrue or never come.
    private static readonly Dictionary<string, string> Refused = new()
    {
        ["transactional.id"] = "messages are not sent in transactions",
        ["delivery.report.only.error"] = "the store needs to hear of every message",
        ["enabled_events"] = "the store sets what it listens to",
        [TokenCallbacks] = "the store sets it for OAUTHBEARER",
    };

    /// <summary>The properties, by librdkafka's first name for each.</summary>
    /// <exception cref="KafkaStoreException">A property that the store cannot work with.</exception>
    public static Dictionary<string, string> Create(KafkaStoreOptions options)
    {
        var given = new Dictionary<string, string>();
        foreach ((string name, string value) in options.Properties)
        {
            if (Refused.TryGetValue(name, out string? reason) || name.StartsWith("dotnet.", StringComparison.Ordinal))
            {
                throw new KafkaStoreException($"The Kafka property {name} cannot be used: {reason ?? "librdkafka has none of that name"}.");
            }

            given[Aliases.GetValueOrDefault(name, name)] = value;
        }

        Dictionary<string, string> properties = Basics(options);
        AddGuarantees(properties, options, given);
        foreach ((string name, string value) in given)
        {
            properties[name] = value;
        }

        if (string.Equals(properties.GetValueOrDefault("sasl.mechanisms"), "OAUTHBEARER", StringComparison.OrdinalIgnoreCase))
        {
            properties[TokenCallbacks] = "true";
        }

        return properties;
    }

    /// <summary>What they mean for the requests.</summary>
    /// <param name="properties">Of <see cref="Create"/>.</param>
    public static RequestLimits LimitsOf(Dictionary<string, string> properties) =>
        new(Math.Clamp(Number(properties, "max.in.flight", MaxInFlight), 1, MaxInFlight) + 1, Math.Max(1, Number(properties, "batch.num.messages", BatchMessages)));

    private static int Number(Dictionary<string, string> properties, string name, int otherwise) =>
        int.TryParse(properties.GetValueOrDefault(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) ? value : otherwise;

    private static Dictionary<string, string> Basics(KafkaStoreOptions options)
    {
        var properties = new Dictionary<string, string>
        {
            ["bootstrap.servers"] = string.Join(',', options.BootstrapServers),
            ["client.id"] = options.ClientId,
            ["acks"] = options.Acks,
            ["message.max.bytes"] = Text(Math.Max(MinBytes, options.MaxMessageSize + Headroom)),
            ["request.timeout.ms"] = Milliseconds(options.AckTimeout),
            ["delivery.timeout.ms"] = Milliseconds(options.DeliveryTimeout),

            // A broker that keeps the connection open and answers nothing is left after the time its messages have anyway.
            ["socket.timeout.ms"] = Milliseconds(Clamp(options.DeliveryTimeout, 1, 300)),
            ["socket.nagle.disable"] = "true",
            ["socket.keepalive.enable"] = "true",

            // A broker that is back is used again within a second, not within the default ten.
            ["reconnect.backoff.max.ms"] = "1000",
            ["log.connection.close"] = "false",

            // Connections to all brokers from the start: the first message for each does not wait for one.
            ["enable.sparse.connections"] = "false",

            // Measured (docs/performance.md): a batch forms while others are under way; waiting for it only adds its time.
            ["linger.ms"] = "0",
        };
        if (options.BatchSize > 0)
        {
            properties["batch.size"] = Text(options.BatchSize);
        }

        if (options.RetryBackoff >= TimeSpan.Zero)
        {
            properties["retry.backoff.ms"] = Milliseconds(options.RetryBackoff);
        }

        if (options.MetadataMaxAge >= TimeSpan.Zero)
        {
            properties["topic.metadata.refresh.interval.ms"] = Milliseconds(Clamp(options.MetadataMaxAge, 0.01, 3600));
        }

        if (options.BufferMemory > 0)
        {
            long kilobytes = (Math.Max(options.BufferMemory, options.MaxMessageSize) + 1023) / 1024;
            properties["queue.buffering.max.kbytes"] = Text(Math.Min(kilobytes, MaxKilobytes));
        }

        return properties;
    }

    /// <summary>
    /// What keeps a partition's order when the client retries: idempotence, which needs acks of all; otherwise one request at a time for
    /// each broker. Without acknowledgements or retries nothing can change it.
    /// </summary>
    private static void AddGuarantees(Dictionary<string, string> properties, KafkaStoreOptions options, Dictionary<string, string> given)
    {
        string acks = given.GetValueOrDefault("acks", options.Acks);
        string? retries = given.GetValueOrDefault("retries") ?? (options.Retries >= 0 ? Text(options.Retries) : null);
        if (retries is not null)
        {
            properties["retries"] = retries;
        }

        bool idempotent = given.TryGetValue("enable.idempotence", out string? wish)
            ? string.Equals(wish, "true", StringComparison.OrdinalIgnoreCase)
            : acks is "all" or "-1" && retries != "0";
        properties["enable.idempotence"] = idempotent ? "true" : "false";
        if (!idempotent && acks != "0" && retries != "0")
        {
            properties["max.in.flight"] = "1";
        }
    }

    private static TimeSpan Clamp(TimeSpan value, double minSeconds, double maxSeconds) =>
        TimeSpan.FromSeconds(Math.Clamp(value.TotalSeconds, minSeconds, maxSeconds));

    private static string Milliseconds(TimeSpan value) => Text((long)Math.Max(1, Math.Ceiling(value.TotalMilliseconds)));

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
