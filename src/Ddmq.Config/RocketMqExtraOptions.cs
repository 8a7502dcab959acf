namespace Ddmq.Config;

/// <summary>What the original's console does not know of a RocketMQ cluster. It stays in the file, by the cluster's name.</summary>
internal sealed class RocketMqExtraOptions
{
    /// <summary>Connections to each broker.</summary>
    [Limits(1, 16)]
    public int Connections { get; set; } = 1;

    /// <summary>Whom requests are signed for; empty for brokers without access control.</summary>
    public string AccessKey { get; set; } = "";

    /// <summary>What requests are signed with.</summary>
    [Secret]
    public string SecretKey { get; set; } = "";

    /// <summary>Goes with keys that are valid for a time.</summary>
    [Secret]
    public string SecurityToken { get; set; } = "";

    /// <summary>Whether connections are under TLS.</summary>
    public bool UseTls { get; set; }

    /// <summary>With TLS: takes any certificate, such as the self-signed one that brokers come with.</summary>
    public bool TrustAnyCertificate { get; set; }

    /// <summary>Whether the brokers are DDMQ's fork, which takes batches of several topics and queues; a stock broker would store garbage.</summary>
    public bool MultiTopicBatch { get; set; }

    /// <summary>Whether unknown topics are created where the brokers allow it.</summary>
    public bool AutoCreateTopics { get; set; } = true;

    /// <summary>What a message counts as that is stored, but not flushed or copied as the broker is configured to: ok (code 0) or failed (code 10).</summary>
    [OneOf("ok", "failed")]
    public string WeakStorage { get; set; } = "ok";

    /// <summary>Most requests in flight to a broker; below it, the limit follows the broker's answers.</summary>
    [Limits(8, 16384)]
    public int MaxInFlightPerBroker { get; set; } = 2048;
}
