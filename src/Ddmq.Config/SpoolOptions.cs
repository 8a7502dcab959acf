namespace Ddmq.Config;

/// <summary>What topics with `durability: spool-on-failure` leave on this proxy's disk while their cluster takes no messages.</summary>
internal sealed class SpoolOptions
{
    /// <summary>Folder of the spool, relative to the home folder. One proxy at a time uses it; it is made when a topic may need it.</summary>
    [NotEmpty]
    public string Path { get; set; } = "spool";

    /// <summary>Bytes of all messages in it; beyond it messages are answered as without a spool.</summary>
    [Limits(1048576)]
    public long MaxBytes { get; set; } = 1073741824;

    /// <summary>Bytes of one topic's messages in it; 0 for no limit but `maxBytes`.</summary>
    [Limits(0)]
    public long MaxBytesPerTopic { get; set; }

    /// <summary>Hours after which a message that could not be delivered leaves it for the drop log.</summary>
    [Limits(1, 87600)]
    public int MaxAgeHours { get; set; } = 72;

    /// <summary>Messages that may be on their way from it to one cluster.</summary>
    [Limits(1, 4096)]
    public int MaxInFlight { get; set; } = 64;

    /// <summary>Milliseconds that an answer waits for its disk beyond the client's timeout; SDKs wait 50 ms or more.</summary>
    [Limits(1, 60000)]
    public int MaxWaitMs { get; set; } = 40;
}
