namespace Ddmq.Config;

/// <summary>The embedded store.</summary>
internal sealed class StoreOptions
{
    /// <summary>Folder of the data, relative to the home folder. One proxy at a time uses it.</summary>
    [NotEmpty]
    public string Path { get; set; } = "data";

    /// <summary>Name of the cluster that topics name to be kept in the embedded store.</summary>
    [NotEmpty]
    public string ClusterName { get; set; } = "embedded";

    /// <summary>Partitions of a topic that `partitions` does not list. A topic keeps the number it was created with.</summary>
    [Limits(1, 1024)]
    public int DefaultPartitions { get; set; } = 4;

    /// <summary>Topic to number of partitions.</summary>
    [Limits(1, 1024)]
    public Dictionary<string, int> Partitions { get; set; } = [];

    /// <summary>Whether the first message of a topic nobody configured creates it.</summary>
    public bool AutoCreateTopics { get; set; } = true;

    /// <summary>Topics that may be created that way during one run.</summary>
    [Limits(0, 1000000)]
    public int MaxAutoCreatedTopics { get; set; } = 10000;

    /// <summary>Largest body in bytes.</summary>
    [Limits(1, 1073741824)]
    public int MaxMessageSize { get; set; } = 2097152;

    /// <summary>Hours a message is kept; 0 for ever.</summary>
    [Limits(0, 876000)]
    public int RetentionHours { get; set; } = 168;

    /// <summary>Bytes kept per partition, oldest messages go first; 0 for no limit.</summary>
    [Limits(0)]
    public long RetentionBytesPerPartition { get; set; }

    /// <summary>Bytes of messages that may wait for the disk; beyond it messages are refused with code 15.</summary>
    [Limits(1048576)]
    public long MaxQueuedBytes { get; set; } = 134217728;
}
