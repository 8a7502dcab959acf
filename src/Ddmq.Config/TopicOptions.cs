namespace Ddmq.Config;

/// <summary>A topic that is configured in the file, with the members of the original's topic node.</summary>
internal sealed class TopicOptions
{
    /// <summary>Name of the topic; required.</summary>
    [TopicName]
    public string Topic { get; set; } = "";

    /// <summary>Whom the original's monitor tells.</summary>
    [NoEffect("the proxy raises no alarms, as in the original")]
    public List<string> AlarmGroup { get; set; } = [];

    /// <summary>Clusters that hold the topic; none means the embedded store.</summary>
    public List<TopicUnitOptions> TopicUnits { get; set; } = [];

    /// <summary>The topic takes delay messages only.</summary>
    [NoEffect("delay messages are not stored yet; ordinary ones are refused with code 19", Warns = true)]
    public bool DelayTopic { get; set; }

    /// <summary>Small messages may be sent to the broker in batches.</summary>
    public bool AutoBatch { get; set; }

    /// <summary>Order within a key matters more than a second try elsewhere.</summary>
    public bool StrongOrder { get; set; }

    /// <summary>Compression, never applied by the original either.</summary>
    [NoEffect("as in the original")]
    public CompressType CompressType { get; set; }

    /// <summary>Milliseconds after which a call over a limit is tried once more; 0 never, -1 as long as its timeout allows, at most 100.</summary>
    [Limits(-1)]
    public long LimiterFailureRetryInterval { get; set; } = -1;

    /// <summary>Ours: when a message counts as taken, broker or spool-on-failure; broker leaves it to `ddmq.topics`.</summary>
    [OneOf("broker", "spool-on-failure")]
    public string Durability { get; set; } = "broker";

    /// <summary>Ours: milliseconds for which a message sent again is answered with the first one's outcome; 0 leaves it to `ddmq.topics`.</summary>
    [Limits(0, 600000)]
    public int DuplicateWindowMs { get; set; }

    /// <summary>Ours: bytes of bodies per second that this proxy takes for the topic; 0 leaves it to `ddmq.topics`.</summary>
    [Limits(0)]
    public long MaxBytesPerSecond { get; set; }
}
