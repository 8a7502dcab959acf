namespace Ddmq.Storage.Kafka.Metadata;

/// <summary>The kinds of <see cref="MetadataReply"/>.</summary>
internal enum MetadataAnswer
{
    /// <summary>The topic has this many partitions.</summary>
    Known,

    /// <summary>The cluster does not know the topic; asking may have made it create it.</summary>
    Unknown,

    /// <summary>The topic cannot be used: its name or this proxy's rights.</summary>
    Refused,

    /// <summary>The topic is being created or moved.</summary>
    NotReady,

    /// <summary>No broker answered.</summary>
    Failed,
}
