using System.Collections.Frozen;
using Confluent.Kafka;
using Ddmq.Core.Messages;

namespace Ddmq.Storage.Kafka;

/// <summary>
/// What a producer is told for each of librdkafka's errors: by code, never by text. That a message may be stored is believed of librdkafka
/// (<see cref="PersistenceStatus"/>). That it is not takes a proof: nothing was written since (<see cref="Native.NativeProducer.RequestsWritten"/>), or a code that says so by
/// itself, as a broker's refusal does; rows say which do not. Codes 11 and 14 promise that the message is not stored, so where that is not
/// known the answer is 10.
/// Error codes: rdkafka.h, and the error codes of the Kafka protocol guide.
/// </summary>
internal static class KafkaErrors
{
    // No code of librdkafka's: its own begin at -200.
    private const ErrorCode MoreThanInTime = (ErrorCode)(-1000);

    // A row: what the producer sees, the text, whether another partition may do better, whether the code is no proof that the message is
    // not stored once it may have been written.
    private static readonly FrozenDictionary<ErrorCode, Row> Rows = new Dictionary<ErrorCode, Row>
    {
        [ErrorCode.MsgSizeTooLarge] = new(
            SendStatus.IllegalMessage, "the message or its batch is larger than the brokers allow (max.message.bytes)"),
        [ErrorCode.InvalidMsgSize] = new(SendStatus.IllegalMessage, "invalid message size"),
        [ErrorCode.RecordListTooLarge] = new(SendStatus.IllegalMessage, "the message or its batch is larger than a segment of the topic"),
        [ErrorCode.InvalidRecord] = new(SendStatus.IllegalMessage, "the brokers refuse the record; a compacted topic needs keys"),

        [ErrorCode.UnknownTopicOrPart] = new(SendStatus.TopicNotExist, "the cluster does not know the topic or the partition"),
        [ErrorCode.Local_UnknownTopic] = new(SendStatus.TopicNotExist, "the cluster does not know the topic"),
        [ErrorCode.Local_UnknownPartition] = new(SendStatus.TopicNotExist, "the topic does not have the partition"),
        [ErrorCode.TopicException] = new(SendStatus.TopicNotExist, "the cluster does not allow this topic name"),

        [ErrorCode.Local_MsgTimedOut] = new(SendStatus.Timeout, "not acknowledged in time", MayBeStored: true),
        [ErrorCode.Local_TimedOut] = new(SendStatus.Timeout, "not acknowledged in time", MayBeStored: true),
        [ErrorCode.Local_TimedOutQueue] = new(SendStatus.Timeout, "not sent in time", MayBeStored: true),
        [ErrorCode.RequestTimedOut] = new(SendStatus.Timeout, "the replicas did not acknowledge in time", MayBeStored: true),

        [ErrorCode.NotEnoughReplicas] = new(SendStatus.Unknown, "not enough in-sync replicas", Elsewhere: true),
        [ErrorCode.NotEnoughReplicasAfterAppend] = new(
            SendStatus.Unknown, "appended, but on not enough in-sync replicas", MayBeStored: true),
        [ErrorCode.LeaderNotAvailable] = new(SendStatus.Unknown, "the partition has no leader", Elsewhere: true),
        [ErrorCode.NotLeaderForPartition] = new(SendStatus.Unknown, "the partition's leader has changed", Elsewhere: true, MayBeStored: true),
        [ErrorCode.FencedLeaderEpoch] = new(SendStatus.Unknown, "the partition's leader has changed", Elsewhere: true),
        [ErrorCode.UnknownLeaderEpoch] = new(SendStatus.Unknown, "the partition's leader has changed", Elsewhere: true),
        [ErrorCode.BrokerNotAvailable] = new(SendStatus.Unknown, "the broker is not available", Elsewhere: true),
        [ErrorCode.ReplicaNotAvailable] = new(SendStatus.Unknown, "the replica is not available", Elsewhere: true),
        [ErrorCode.NetworkException] = new(SendStatus.Unknown, "the broker lost a connection", Elsewhere: true),
        [ErrorCode.KafkaStorageError] = new(SendStatus.Unknown, "the broker's disk failed", Elsewhere: true, MayBeStored: true),
        [ErrorCode.ThrottlingQuotaExceeded] = new(SendStatus.Unknown, "over a quota of the brokers"),
        [ErrorCode.Local_Transport] = new(SendStatus.Unknown, "the connection to the broker failed", Elsewhere: true, MayBeStored: true),
        [ErrorCode.Local_AllBrokersDown] = new(SendStatus.Unknown, "no broker can be reached", MayBeStored: true),
        [ErrorCode.Local_Resolve] = new(SendStatus.Unknown, "the broker's host name is not known", Elsewhere: true, MayBeStored: true),
        [ErrorCode.Local_Ssl] = new(SendStatus.Unknown, "TLS to the broker failed", MayBeStored: true),

        [ErrorCode.TopicAuthorizationFailed] = new(SendStatus.Unknown, "the brokers do not let this proxy write to the topic"),
        [ErrorCode.ClusterAuthorizationFailed] = new(SendStatus.Unknown, "the brokers do not let this proxy write to the cluster"),
        [ErrorCode.SaslAuthenticationFailed] = new(SendStatus.Unknown, "the brokers do not accept this proxy's credentials"),
        [ErrorCode.Local_Authentication] = new(SendStatus.Unknown, "the brokers do not accept this proxy's credentials", MayBeStored: true),
        [ErrorCode.PolicyViolation] = new(SendStatus.Unknown, "a policy of the brokers forbids it"),
        [ErrorCode.InvalidTimestamp] = new(SendStatus.Unknown, "the brokers refuse the record's timestamp"),
        [ErrorCode.InvalidRequiredAcks] = new(SendStatus.Unknown, "the brokers refuse the acks setting"),

        [ErrorCode.Local_QueueFull] = new(SendStatus.Unknown, "too many messages are under way to the cluster already"),
        // Refused at once what would only be acknowledged too late. The producer learns that it is too much; a spool takes it, see TooMuchWaits.
        [MoreThanInTime] = new(SendStatus.RateLimited, "Kafka has more waiting than it acknowledges in this call's time, try again later"),
        [ErrorCode.Local_PurgeQueue] = new(SendStatus.Unknown, "given up before it was sent", MayBeStored: true),
        [ErrorCode.Local_PurgeInflight] = new(SendStatus.Unknown, "given up before it was acknowledged", MayBeStored: true),
        [ErrorCode.Local_Destroy] = new(SendStatus.Unknown, "the client was closed", MayBeStored: true),

        [ErrorCode.OutOfOrderSequenceNumber] = new(
            SendStatus.Unknown, "the broker lost track of this producer's messages", MayBeStored: true),
        [ErrorCode.DuplicateSequenceNumber] = new(SendStatus.Unknown, "the broker has a message of this number already", MayBeStored: true),
        [ErrorCode.UnknownProducerId] = new(SendStatus.Unknown, "the broker does not know this producer any more", MayBeStored: true),
        [ErrorCode.InvalidProducerEpoch] = new(SendStatus.Unknown, "the broker refuses this producer's epoch", MayBeStored: true),
        [ErrorCode.ProducerFenced] = new(SendStatus.Unknown, "another producer took this one's place", MayBeStored: true),
        [ErrorCode.Local_Fenced] = new(SendStatus.Unknown, "another producer took this one's place", MayBeStored: true),
        [ErrorCode.Local_Inconsistent] = new(
            SendStatus.Unknown, "the broker and the client disagree on what was stored", MayBeStored: true),
        [ErrorCode.Local_GaplessGuarantee] = new(SendStatus.Unknown, "an earlier message of the partition failed", MayBeStored: true),
        [ErrorCode.Local_Fatal] = new(SendStatus.Unknown, "the client failed and is being replaced", MayBeStored: true),
    }.ToFrozenDictionary();

    /// <summary>The codes that have a row; the others are answered with 10.</summary>
    internal static IEnumerable<ErrorCode> Known => Rows.Keys;

    /// <summary>What a delivery report means.</summary>
    /// <param name="code">The report's error.</param>
    /// <param name="status">What librdkafka knows of the message.</param>
    /// <param name="mayBeWritten">Whether its client has written anything since it took the message.</param>
    /// <param name="partition">The partition it was meant for.</param>
    /// <param name="offset">The offset reported; negative when there is none.</param>
    /// <param name="isAcknowledged">Whether the brokers acknowledge messages; false with acks=0.</param>
    public static SendResult ToResult(
        ErrorCode code, PersistenceStatus status, bool mayBeWritten, int partition, long offset, bool isAcknowledged = true)
    {
        // librdkafka calls a message delivered, and knows no offset, when its own acknowledgement is missing and that of a later one of the
        // partition came. That proves nothing: see KafkaPartition.
        if (code == ErrorCode.NoError && offset < 0 && isAcknowledged)
        {
            return SendResult.Failed(SendStatus.Unknown, Stored.Unknown, "only a later message of the partition was acknowledged");
        }

        // An error about a message that was acknowledged before (a duplicate of it, say) does not unmake it.
        if (code == ErrorCode.NoError || status == PersistenceStatus.Persisted)
        {
            return SendResult.Ok(partition, Math.Max(-1, offset));
        }

        if (!Rows.TryGetValue(code, out Row? row))
        {
            row = new Row(SendStatus.Unknown, $"Kafka error {(int)code}", MayBeStored: true);
        }

        if (status == PersistenceStatus.PossiblyPersisted || (mayBeWritten && row.MayBeStored))
        {
            SendStatus told = row.Status == SendStatus.Timeout ? SendStatus.Timeout : SendStatus.Unknown;
            return SendResult.Failed(told, Stored.Unknown, row.Text);
        }

        return SendResult.Failed(row.Status, Stored.No, row.Text, row.Elsewhere);
    }

    /// <summary>What it means that the client did not take a message.</summary>
    public static SendResult NotTaken(ErrorCode code, int partition) =>
        ToResult(code, PersistenceStatus.NotPersisted, mayBeWritten: false, partition, -1);

    /// <summary>
    /// The result of a message that was refused because too many wait before it. Where it has a spool behind it, that keeps it as it keeps what
    /// the brokers have failed to take.
    /// </summary>
    /// <param name="hasSpool">Whether the message's topic spools what fails.</param>
    public static SendResult TooMuchWaits(bool hasSpool)
    {
        SendResult result = NotTaken(MoreThanInTime, -1);
        return hasSpool ? result with { Status = SendStatus.Unknown } : result;
    }

    /// <summary>The error in words, for an operator.</summary>
    public static string TextOf(ErrorCode code) => Rows.TryGetValue(code, out Row? row) ? row.Text : $"Kafka error {(int)code}";

    /// <summary>Whether a topic that was known has to be looked up again.</summary>
    public static bool ConcernsMetadata(ErrorCode code) =>
        code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition;

    private sealed record Row(SendStatus Status, string Text, bool Elsewhere = false, bool MayBeStored = false);
}
