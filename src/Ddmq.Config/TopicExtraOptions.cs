using Ddmq.Core.Topics;

namespace Ddmq.Config;

/// <summary>What the original's console does not know of a topic. It stays in the file, by the topic's name.</summary>
internal sealed class TopicExtraOptions
{
    /// <summary>
    /// When a message counts as taken: broker (when its broker has stored it), spool-on-failure (or, where the broker cannot in time, this
    /// proxy's disk has).
    /// </summary>
    [OneOf("broker", "spool-on-failure")]
    public string Durability { get; set; } = "broker";

    /// <summary>Milliseconds for which a message sent again is answered with the first one's outcome; 0 for not at all.</summary>
    [Limits(0, 600000)]
    public int DuplicateWindowMs { get; set; }

    /// <summary>Bytes of bodies per second that this proxy takes for the topic; 0 for no limit.</summary>
    [Limits(0)]
    public long MaxBytesPerSecond { get; set; }

    /// <summary>In the catalog's terms.</summary>
    internal static TopicPolicy ToPolicy(string durability, int duplicateWindowMs, long maxBytesPerSecond) => new()
    {
        Durability = durability == "broker" ? TopicDurability.Broker : TopicDurability.SpoolOnFailure,
        DuplicateWindowMs = duplicateWindowMs,
        MaxBytesPerSecond = maxBytesPerSecond,
    };
}
