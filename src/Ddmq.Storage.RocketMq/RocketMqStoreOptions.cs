using Ddmq.Core.Topics;
using Ddmq.Storage.RocketMq.Remoting;

namespace Ddmq.Storage.RocketMq;

/// <summary>Which RocketMQ cluster, and how it is used. Read once by <see cref="RocketMqStore.Start"/>.</summary>
public sealed class RocketMqStoreOptions
{
    private const int MiB = 1024 * 1024;

    /// <summary>The name servers, each <c>host:port</c>. At least one; the next one is asked when one does not answer.</summary>
    public IList<string> NameServers { get; set; } = [];

    /// <summary>First part of the producer group's name: letters, digits, <c>_ - % |</c>, at most 200.</summary>
    public string GroupPrefix { get; set; } = "carrera_rocketmq_producer_";

    /// <summary>Connections to each broker. 1 to 16, default 1: one is the fastest where a broker's CPU is the limit (docs of the measurement).</summary>
    public int Producers { get; set; } = 1;

    /// <summary>The largest body, in bytes. 1 to 15 MiB, default 2 MiB. Brokers take 4 MiB unless told otherwise.</summary>
    public int MaxMessageSize { get; set; } = Topic.DefaultMaxMessageSize;

    /// <summary>Bodies of that many bytes or more are sent zlib-compressed when that makes them smaller. 1 and up, default 4,096.</summary>
    public int CompressMsgBodyOverHowmuch { get; set; } = 4096;

    /// <summary>How often each topic's route is fetched anew. 10 ms to 1 hour, default 30 s.</summary>
    public TimeSpan PollNameServerInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often brokers are told that this producer lives. 100 ms to 100 s (brokers forget it after 120), default 30 s.</summary>
    public TimeSpan HeartbeatBrokerInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gathering small messages; <see cref="RocketMqStore.SetAutoBatch"/> changes it later.</summary>
    public AutoBatchSettings AutoBatch { get; set; } = new();

    /// <summary>
    /// Batches of several topics and queues, in the form that only DDMQ's fork of the broker knows. A stock broker would fail or store
    /// garbage. Default false.
    /// </summary>
    public bool MultiTopicBatch { get; set; }

    /// <summary>What "stored, but not yet flushed or copied" counts as.</summary>
    public WeakStorage WeakStorage { get; set; } = WeakStorage.IsOk;

    /// <summary>Whether unknown topics are created where the brokers allow it. Default true.</summary>
    public bool AutoCreateTopics { get; set; } = true;

    /// <summary>Queues that a topic gets on a broker when it is created by a message, at most. 1 to 64, default 4.</summary>
    public int DefaultTopicQueueNums { get; set; } = 4;

    /// <summary>How requests' headers are written.</summary>
    public HeaderEncoding HeaderEncoding { get; set; } = HeaderEncoding.Binary;

    /// <summary>How long a connect may take. 10 ms to 1 minute, default 3 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long after it was sent a request's reply is waited for. 100 ms to 10 minutes, default 6 s: a broker itself waits up to 5 s for
    /// its disk before it answers.
    /// </summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>Most requests in flight to a broker, per connection; what is above adapts itself below that. 8 to 16,384, default 2,048.</summary>
    public int MaxInFlightPerBroker { get; set; } = 2048;

    /// <summary>Most messages that wait for a broker's turn, a queue's turn, or a topic's route, each. 1 to 1,000,000, default 10,000.</summary>
    public int MaxWaiting { get; set; } = 10_000;

    /// <summary>Most bytes that wait for a connection's socket. 64 KiB to 1 GiB, default 16 MiB.</summary>
    public int MaxOutgoingBytes { get; set; } = 16 * MiB;

    /// <summary>How long disposing waits for what is in flight. 0 to 10 minutes, default 5 s.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether connections are under TLS.</summary>
    public bool UseTls { get; set; }

    /// <summary>With TLS: takes any certificate, such as the self-signed one that brokers come with. Default false.</summary>
    public bool TrustAnyCertificate { get; set; }

    /// <summary>Whom requests are signed for; empty for brokers without access control.</summary>
    public string AccessKey { get; set; } = "";

    /// <summary>What requests are signed with.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>Goes with keys that are valid for a time; usually empty.</summary>
    public string SecurityToken { get; set; } = "";

    /// <summary>Every value that is out of range, each in one line with what would be right. Empty when all is well.</summary>
    public IReadOnlyList<string> Errors()
    {
        var errors = new List<string>();
        if (NameServers.Count == 0)
        {
            errors.Add($"{nameof(NameServers)}: is empty; name at least one as host:port.");
        }

        errors.AddRange(NameServers.Where(text => !RemotingAddress.TryParse(text, out _))
            .Select(text => $"{nameof(NameServers)}: \"{text}\" is not host:port."));
        if (GroupPrefix.Length > 200 || (GroupPrefix.Length > 0 && !TopicNames.IsValid(System.Text.Encoding.UTF8.GetBytes(GroupPrefix))))
        {
            errors.Add($"{nameof(GroupPrefix)}: \"{GroupPrefix}\" has more than 200 characters or others than letters, digits, _ - % |.");
        }

        if ((AccessKey.Length == 0) != (SecretKey.Length == 0))
        {
            errors.Add($"{nameof(AccessKey)}: needs {nameof(SecretKey)}, and the other way round.");
        }

        errors.AddRange(OutOfRange(nameof(Producers), Producers, 1, 16));
        errors.AddRange(OutOfRange(nameof(MaxMessageSize), MaxMessageSize, 1, 15 * MiB));
        errors.AddRange(OutOfRange(nameof(CompressMsgBodyOverHowmuch), CompressMsgBodyOverHowmuch, 1, int.MaxValue));
        errors.AddRange(OutOfRange(nameof(PollNameServerInterval), PollNameServerInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)));
        errors.AddRange(OutOfRange(nameof(HeartbeatBrokerInterval), HeartbeatBrokerInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(100)));
        errors.AddRange(OutOfRange(nameof(DefaultTopicQueueNums), DefaultTopicQueueNums, 1, 64));
        errors.AddRange(OutOfRange(nameof(ConnectTimeout), ConnectTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)));
        errors.AddRange(OutOfRange(nameof(CallTimeout), CallTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)));
        errors.AddRange(OutOfRange(nameof(MaxInFlightPerBroker), MaxInFlightPerBroker, 8, PendingTable.MaxCalls));
        errors.AddRange(OutOfRange(nameof(MaxWaiting), MaxWaiting, 1, 1_000_000));
        errors.AddRange(OutOfRange(nameof(MaxOutgoingBytes), MaxOutgoingBytes, 64 * 1024, 1024 * MiB));
        errors.AddRange(OutOfRange(nameof(DrainTimeout), DrainTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(10)));
        errors.AddRange(AutoBatch.Errors());
        return errors;
    }

    internal static IEnumerable<string> OutOfRange<T>(string name, T value, T min, T max)
        where T : IComparable<T> =>
        value.CompareTo(min) < 0 || value.CompareTo(max) > 0 ? [$"{name}: {value} is not within {min} to {max}."] : [];
}
