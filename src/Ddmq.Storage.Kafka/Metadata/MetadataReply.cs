using Confluent.Kafka;

namespace Ddmq.Storage.Kafka.Metadata;

/// <summary>What the cluster said about a topic.</summary>
/// <param name="Answer">Its kind.</param>
/// <param name="Partitions">How many partitions the topic has; only with <see cref="MetadataAnswer.Known"/>.</param>
/// <param name="Code">The error behind any other answer.</param>
internal readonly record struct MetadataReply(MetadataAnswer Answer, int Partitions = 0, ErrorCode Code = ErrorCode.NoError)
{
    /// <summary>Sorts what a broker says about one topic.</summary>
    public static MetadataReply From(ErrorCode code, int partitions) => code switch
    {
        // Without some of its leaders a topic still has its partitions.
        ErrorCode.NoError or ErrorCode.LeaderNotAvailable when partitions > 0 => new(MetadataAnswer.Known, partitions),
        ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic => new(MetadataAnswer.Unknown, 0, code),
        ErrorCode.TopicException or ErrorCode.TopicAuthorizationFailed => new(MetadataAnswer.Refused, 0, code),
        _ => new(MetadataAnswer.NotReady, 0, code),
    };

    /// <summary>No broker answered.</summary>
    public static MetadataReply Failed(ErrorCode code) => new(MetadataAnswer.Failed, 0, code);
}
