using Confluent.Kafka;
using Ddmq.Core.Messages;
using Ddmq.Storage.Kafka;
using Xunit;

namespace Ddmq.UnitTests.Storage.Kafka;

public sealed class KafkaErrorsTests
{
    public static TheoryData<int> KnownCodes => [.. KafkaErrors.Known.Select(code => (int)code)];

    [Theory]
    [InlineData(ErrorCode.MsgSizeTooLarge, SendStatus.IllegalMessage, false)]
    [InlineData(ErrorCode.InvalidMsgSize, SendStatus.IllegalMessage, false)]
    [InlineData(ErrorCode.RecordListTooLarge, SendStatus.IllegalMessage, false)]
    [InlineData(ErrorCode.InvalidRecord, SendStatus.IllegalMessage, false)]
    [InlineData(ErrorCode.UnknownTopicOrPart, SendStatus.TopicNotExist, false)]
    [InlineData(ErrorCode.Local_UnknownTopic, SendStatus.TopicNotExist, false)]
    [InlineData(ErrorCode.Local_UnknownPartition, SendStatus.TopicNotExist, false)]
    [InlineData(ErrorCode.TopicException, SendStatus.TopicNotExist, false)]
    [InlineData(ErrorCode.Local_MsgTimedOut, SendStatus.Timeout, false)]
    [InlineData(ErrorCode.Local_TimedOut, SendStatus.Timeout, false)]
    [InlineData(ErrorCode.Local_TimedOutQueue, SendStatus.Timeout, false)]
    [InlineData(ErrorCode.NotEnoughReplicas, SendStatus.Unknown, true)]
    [InlineData(ErrorCode.LeaderNotAvailable, SendStatus.Unknown, true)]
    [InlineData(ErrorCode.NotLeaderForPartition, SendStatus.Unknown, true)]
    [InlineData(ErrorCode.FencedLeaderEpoch, SendStatus.Unknown, true)]
    [InlineData(ErrorCode.UnknownLeaderEpoch, SendStatus.Unknown, true)]
    [InlineData(ErrorCode.BrokerNotAvailable, SendStatus.Unknown, true)]
    [InlineData(ErrorCode.ReplicaNotAvailable, SendStatus.Unknown, true)]
    [InlineData(ErrorCode.NetworkException, SendStatus.Unknown, true)]
    [InlineData(ErrorCode.KafkaStorageError, SendStatus.Unknown, true)]
    [InlineData(ErrorCode.Local_Transport, SendStatus.Unknown, true)]
    [InlineData(ErrorCode.Local_Resolve, SendStatus.Unknown, true)]
    [InlineData(ErrorCode.Local_AllBrokersDown, SendStatus.Unknown, false)]
    [InlineData(ErrorCode.Local_Ssl, SendStatus.Unknown, false)]
    [InlineData(ErrorCode.ThrottlingQuotaExceeded, SendStatus.Unknown, false)]
    [InlineData(ErrorCode.TopicAuthorizationFailed, SendStatus.Unknown, false)]
    [InlineData(ErrorCode.ClusterAuthorizationFailed, SendStatus.Unknown, false)]
    [InlineData(ErrorCode.SaslAuthenticationFailed, SendStatus.Unknown, false)]
    [InlineData(ErrorCode.Local_Authentication, SendStatus.Unknown, false)]
    [InlineData(ErrorCode.PolicyViolation, SendStatus.Unknown, false)]
    [InlineData(ErrorCode.InvalidTimestamp, SendStatus.Unknown, false)]
    [InlineData(ErrorCode.InvalidRequiredAcks, SendStatus.Unknown, false)]
    [InlineData(ErrorCode.Local_QueueFull, SendStatus.Unknown, false)]
    [InlineData(ErrorCode.Local_PurgeQueue, SendStatus.Unknown, false)]
    [InlineData(ErrorCode.Local_Destroy, SendStatus.Unknown, false)]
    [InlineData(ErrorCode.UnknownProducerId, SendStatus.Unknown, false)]
    [InlineData(ErrorCode.InvalidProducerEpoch, SendStatus.Unknown, false)]
    [InlineData(ErrorCode.ProducerFenced, SendStatus.Unknown, false)]
    [InlineData(ErrorCode.Local_Fenced, SendStatus.Unknown, false)]
    [InlineData(ErrorCode.Local_GaplessGuarantee, SendStatus.Unknown, false)]
    [InlineData(ErrorCode.Local_Fatal, SendStatus.Unknown, false)]
    [InlineData((ErrorCode)9999, SendStatus.Unknown, false)]
    public void ToResult_NothingWritten_IsTheRowsStatusAndNotStored(ErrorCode code, SendStatus status, bool elsewhere)
    {
        SendResult result = KafkaErrors.ToResult(code, PersistenceStatus.NotPersisted, mayBeWritten: false, 3, -1001);

        Assert.Equal((status, Stored.No, elsewhere), (result.Status, result.Stored, result.RetryElsewhere));
        Assert.False(string.IsNullOrEmpty(result.Detail));
    }

    [Theory]
    [InlineData(ErrorCode.RequestTimedOut, SendStatus.Timeout)]
    [InlineData(ErrorCode.NotEnoughReplicasAfterAppend, SendStatus.Unknown)]
    [InlineData(ErrorCode.Local_PurgeInflight, SendStatus.Unknown)]
    [InlineData(ErrorCode.OutOfOrderSequenceNumber, SendStatus.Unknown)]
    [InlineData(ErrorCode.DuplicateSequenceNumber, SendStatus.Unknown)]
    [InlineData(ErrorCode.Local_Inconsistent, SendStatus.Unknown)]
    [InlineData(ErrorCode.Local_MsgTimedOut, SendStatus.Timeout)]
    [InlineData(ErrorCode.Local_TimedOutQueue, SendStatus.Timeout)]
    [InlineData(ErrorCode.NotLeaderForPartition, SendStatus.Unknown)]
    [InlineData(ErrorCode.KafkaStorageError, SendStatus.Unknown)]
    [InlineData(ErrorCode.Local_Transport, SendStatus.Unknown)]
    [InlineData(ErrorCode.Local_PurgeQueue, SendStatus.Unknown)]
    [InlineData(ErrorCode.Local_Destroy, SendStatus.Unknown)]
    [InlineData((ErrorCode)9999, SendStatus.Unknown)]
    public void ToResult_MayBeWrittenAndTheErrorIsNoProof_IsUnknownWhateverTheClientSays(ErrorCode code, SendStatus status)
    {
        SendResult result = KafkaErrors.ToResult(code, PersistenceStatus.NotPersisted, mayBeWritten: true, 3, -1001);

        Assert.Equal((status, Stored.Unknown, false), (result.Status, result.Stored, result.RetryElsewhere));
    }

    [Theory]
    [InlineData(ErrorCode.MsgSizeTooLarge, SendStatus.IllegalMessage, false)]
    [InlineData(ErrorCode.InvalidRecord, SendStatus.IllegalMessage, false)]
    [InlineData(ErrorCode.UnknownTopicOrPart, SendStatus.TopicNotExist, false)]
    [InlineData(ErrorCode.Local_UnknownTopic, SendStatus.TopicNotExist, false)]
    [InlineData(ErrorCode.NotEnoughReplicas, SendStatus.Unknown, true)]
    [InlineData(ErrorCode.TopicAuthorizationFailed, SendStatus.Unknown, false)]
    public void ToResult_RefusedByTheBrokers_IsNotStoredThoughWritten(ErrorCode code, SendStatus status, bool elsewhere)
    {
        SendResult result = KafkaErrors.ToResult(code, PersistenceStatus.NotPersisted, mayBeWritten: true, 3, -1001);

        Assert.Equal((status, Stored.No, elsewhere), (result.Status, result.Stored, result.RetryElsewhere));
    }

    [Theory]
    [MemberData(nameof(KnownCodes))]
    public void ToResult_PossiblyPersisted_NeverPromisesThatItIsNotStored(int code)
    {
        SendResult result = KafkaErrors.ToResult((ErrorCode)code, PersistenceStatus.PossiblyPersisted, mayBeWritten: false, 3, -1001);

        // 11 and 14 say "not stored, certainly".
        Assert.True(
            result is { Status: SendStatus.Unknown or SendStatus.Timeout, Stored: Stored.Unknown, RetryElsewhere: false },
            result.ToString());
    }

    [Theory]
    [MemberData(nameof(KnownCodes))]
    public void ToResult_Persisted_IsStoredInSpiteOfTheError(int code) =>
        Assert.Equal(SendResult.Ok(3, 17), KafkaErrors.ToResult((ErrorCode)code, PersistenceStatus.Persisted, mayBeWritten: true, 3, 17));

    [Theory]
    [InlineData(PersistenceStatus.Persisted, 17, 17)]
    [InlineData(PersistenceStatus.PossiblyPersisted, -1001, -1)]
    [InlineData(PersistenceStatus.NotPersisted, -1001, -1)]
    public void ToResult_NoErrorWithoutAcknowledgements_IsStoredAsConfigured(PersistenceStatus status, long offset, long expected) =>
        Assert.Equal(SendResult.Ok(3, expected), KafkaErrors.ToResult(ErrorCode.NoError, status, mayBeWritten: true, 3, offset, isAcknowledged: false));

    [Fact]
    public void ToResult_NoErrorWithItsOffset_IsStored() =>
        Assert.Equal(SendResult.Ok(3, 17), KafkaErrors.ToResult(ErrorCode.NoError, PersistenceStatus.Persisted, mayBeWritten: true, 3, 17));

    [Theory]
    [InlineData(PersistenceStatus.Persisted)]
    [InlineData(PersistenceStatus.PossiblyPersisted)]
    public void ToResult_NoErrorAndNoOffset_IsNotBelieved(PersistenceStatus status)
    {
        SendResult result = KafkaErrors.ToResult(ErrorCode.NoError, status, mayBeWritten: true, 3, -1001);

        Assert.Equal((SendStatus.Unknown, Stored.Unknown, false), (result.Status, result.Stored, result.RetryElsewhere));
    }

    [Theory]
    [InlineData(false, SendStatus.RateLimited)]
    [InlineData(true, SendStatus.Unknown)]
    public void TooMuchWaits_IsForTheSpoolWhereThereIsOne(bool hasSpool, SendStatus status)
    {
        SendResult result = KafkaErrors.TooMuchWaits(hasSpool);

        Assert.Equal((status, Stored.No, false), (result.Status, result.Stored, result.RetryElsewhere));
        Assert.EndsWith("try again later", result.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ErrorCode.UnknownTopicOrPart, true)]
    [InlineData(ErrorCode.Local_UnknownPartition, true)]
    [InlineData(ErrorCode.Local_UnknownTopic, true)]
    [InlineData(ErrorCode.NotEnoughReplicas, false)]
    public void ConcernsMetadata_OnlyForWhatTheClusterDoesNotKnow(ErrorCode code, bool expected) =>
        Assert.Equal(expected, KafkaErrors.ConcernsMetadata(code));
}
