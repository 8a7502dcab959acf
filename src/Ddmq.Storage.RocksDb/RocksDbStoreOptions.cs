using Ddmq.Core.Topics;

namespace Ddmq.Storage.RocksDb;

/// <summary>
/// Where the embedded store lies and what bounds it. Read once by <see cref="RocksDbStore.Open"/>.
/// </summary>
public sealed class RocksDbStoreOptions
{
    private const long MiB = 1024 * 1024;

    /// <summary>The largest number of partitions a topic can have.</summary>
    public const int MaxPartitions = 1024;

    /// <summary>The folder, created when missing. Required.</summary>
    public string Path { get; set; } = "";

    /// <summary>
    /// How many partitions a topic gets when it is created. 1 to <see cref="MaxPartitions"/>, default 4. A topic keeps
    /// the number it was created with.
    /// </summary>
    public int DefaultPartitions { get; set; } = 4;

    /// <summary>The same for single topics, by name. Empty by default.</summary>
    public IDictionary<string, int> Partitions { get; set; } = new Dictionary<string, int>();

    /// <summary>
    /// How many topics the store creates; a message for one more is refused with code 15. 1 to 1,000,000, default
    /// 100,000.
    /// </summary>
    public int MaxTopics { get; set; } = 100_000;

    /// <summary>The largest body, in bytes. 1 to 64 MiB, default 2 MiB.</summary>
    public int MaxMessageSize { get; set; } = Topic.DefaultMaxMessageSize;

    /// <summary>
    /// How many bytes of messages may wait for the disk; one more is refused with code 15. At least twice
    /// <see cref="MaxMessageSize"/>, at most 4 GiB, default 64 MiB.
    /// </summary>
    public long MaxQueuedBytes { get; set; } = 64 * MiB;

    /// <summary>
    /// How much room the disk must have, in bytes; with less the store refuses messages until there is more, so that it never
    /// comes to a write that fails halfway. 0 (off) and up, default 256 MiB.
    /// </summary>
    public long MinFreeBytes { get; set; } = 256 * MiB;

    /// <summary>How long a message is kept. <see cref="TimeSpan.Zero"/> for ever; otherwise 1 second and up, default 7 days.</summary>
    public TimeSpan RetentionAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How many bytes a partition keeps; beyond it the oldest messages go. The newest message always stays. 0 (the default)
    /// for no limit.
    /// </summary>
    public long RetentionBytesPerPartition { get; set; }

    /// <summary>How often retention runs. 1 second to 1 day, default 1 minute.</summary>
    public TimeSpan RetentionInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Size of one of RocksDB's in-memory tables, in bytes; up to three are in use. A full one is written to the disk in one go.
    /// 1 MiB to 1 GiB, default 64 MiB.
    /// </summary>
    public long WriteBufferBytes { get; set; } = 64 * MiB;

    /// <summary>What reading may cache, in bytes. 1 MiB to 16 GiB, default 32 MiB.</summary>
    public long BlockCacheBytes { get; set; } = 32 * MiB;

    /// <summary>
    /// Opens a store whose write-ahead log is damaged in the middle, keeping what lies before the damage. What lies behind it,
    /// acknowledged messages included, is lost; hence false by default, which refuses to open.
    /// </summary>
    public bool DropDamagedLog { get; set; }

    /// <summary>The longest topic name, in bytes; at most <see cref="Committing.SendLimits.LongestTopicName"/>.</summary>
    internal int MaxTopicName { get; set; } = TopicNames.MaxLength;

    /// <summary>Every value that is out of range, each in one line with what would be right. Empty when all is well.</summary>
    public IReadOnlyList<string> Errors()
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(Path))
        {
            errors.Add("Path: is empty; name the store's folder.");
        }

        Check(nameof(DefaultPartitions), DefaultPartitions, 1, MaxPartitions);
        foreach ((string topic, int count) in Partitions)
        {
            Check($"{nameof(Partitions)}[{topic}]", count, 1, MaxPartitions);
        }

        Check(nameof(MaxTopics), MaxTopics, 1, 1_000_000);
        Check(nameof(MaxMessageSize), MaxMessageSize, 1, 64 * MiB);
        Check(nameof(MaxQueuedBytes), MaxQueuedBytes, 2L * Math.Max(1, MaxMessageSize), 4096 * MiB);
        Check(nameof(MinFreeBytes), MinFreeBytes, 0, long.MaxValue);
        Check(nameof(RetentionBytesPerPartition), RetentionBytesPerPartition, 0, long.MaxValue);
        Check(nameof(WriteBufferBytes), WriteBufferBytes, MiB, 1024 * MiB);
        Check(nameof(BlockCacheBytes), BlockCacheBytes, MiB, 16384 * MiB);
        if (RetentionAge != TimeSpan.Zero && RetentionAge < TimeSpan.FromSeconds(1))
        {
            errors.Add($"{nameof(RetentionAge)}: {RetentionAge} is not 0 (for ever) and below 1 second.");
        }

        if (RetentionInterval < TimeSpan.FromSeconds(1) || RetentionInterval > TimeSpan.FromDays(1))
        {
            errors.Add($"{nameof(RetentionInterval)}: {RetentionInterval} is not within 1 second to 1 day.");
        }

        return errors;

        void Check(string name, long value, long min, long max)
        {
            if (value < min || value > max)
            {
                errors.Add(max == long.MaxValue
                    ? $"{name}: {value} is below {min}."
                    : $"{name}: {value} is not within {min} to {max}.");
            }
        }
    }
}
