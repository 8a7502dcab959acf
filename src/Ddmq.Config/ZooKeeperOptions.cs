namespace Ddmq.Config;

/// <summary>How the proxy uses ZooKeeper.</summary>
internal sealed class ZooKeeperOptions
{
    /// <summary>user:password of the digest scheme, for nodes that not everybody may read; empty for none.</summary>
    [Secret]
    public string DigestAuth { get; set; } = "";

    /// <summary>Milliseconds after which ZooKeeper gives up a session it does not hear from.</summary>
    [Limits(100, 600000)]
    public int SessionTimeoutMs { get; set; } = 10000;

    /// <summary>Milliseconds between comparisons of every node with ZooKeeper, so that a lost event does not last.</summary>
    [Limits(100, 86400000)]
    public int CheckIntervalMs { get; set; } = 60000;

    /// <summary>Milliseconds that a start waits for ZooKeeper before it takes the last good configuration from the disk.</summary>
    [Limits(0, 600000)]
    public int StartWaitMs { get; set; } = 5000;

    /// <summary>Folder of the last good configurations, relative to the home folder.</summary>
    [NotEmpty]
    public string CachePath { get; set; } = "conf";

    /// <summary>Versions kept in that folder.</summary>
    [Limits(1, 1000)]
    public int CacheVersions { get; set; } = 10;
}
