using Confluent.Kafka;
using Ddmq.Core.Messages;
using Ddmq.Storage.Kafka;
using Ddmq.Storage.Kafka.Metadata;
using Ddmq.TestKit.Time;
using Xunit;

namespace Ddmq.UnitTests.Storage.Kafka;

public sealed class TopicLookupTests
{
    private static readonly MetadataReply Unknown = MetadataReply.From(ErrorCode.UnknownTopicOrPart, 0);

    private readonly ManualTimeProvider _time = new();
    private readonly KafkaStoreOptions _options = new()
    {
        BootstrapServers = ["a:1"],
        MetadataMaxAge = TimeSpan.FromSeconds(60),
        TopicCreationTime = TimeSpan.FromSeconds(1),
        UnknownTopicTime = TimeSpan.FromSeconds(2),
    };

    private TopicLookup NewLookup() => new(_options, _time);

    [Fact]
    public void Apply_Known_IsAskedAgainAfterItsAge()
    {
        TopicLookup lookup = NewLookup();

        lookup.Apply(MetadataReply.From(ErrorCode.NoError, 8));

        Assert.Equal((8, true), (lookup.Partitions, lookup.IsSettled));
        Assert.Equal(60, Seconds(lookup.NextAsk), 3);
    }

    [Fact]
    public void Apply_NewTopicIsUnknown_WaitsForItsCreationAndIsThenRefused()
    {
        TopicLookup lookup = NewLookup();

        lookup.Apply(Unknown);
        Assert.False(lookup.IsSettled);
        Assert.Equal(TopicLookup.Again.TotalSeconds, Seconds(lookup.NextAsk), 3);
        _time.Advance(TimeSpan.FromSeconds(0.9));
        lookup.Apply(Unknown);
        Assert.False(lookup.IsSettled);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        lookup.Apply(Unknown);

        Assert.Equal((SendStatus.TopicNotExist, Stored.No), (lookup.Refusal?.Status, lookup.Refusal?.Stored));
        Assert.Equal(2, Seconds(lookup.RefusedUntil), 3);
        Assert.Null(lookup.NextAsk);
    }

    [Fact]
    public void Apply_UnknownAgainAfterTheRefusal_IsRefusedWithoutAnotherWait()
    {
        TopicLookup lookup = NewLookup();
        lookup.Apply(Unknown);
        _time.Advance(TimeSpan.FromSeconds(1));
        lookup.Apply(Unknown);
        _time.Advance(TimeSpan.FromSeconds(3));

        lookup.Apply(Unknown);

        Assert.NotNull(lookup.Refusal);
    }

    [Fact]
    public void Apply_CreatedMeanwhile_IsKnown()
    {
        TopicLookup lookup = NewLookup();
        lookup.Apply(Unknown);
        lookup.Apply(MetadataReply.From(ErrorCode.LeaderNotAvailable, 0));

        lookup.Apply(MetadataReply.From(ErrorCode.NoError, 4));

        Assert.Equal((4, null), (lookup.Partitions, lookup.Refusal));
    }

    [Fact]
    public void Apply_KnownTopicIsDeleted_GetsTimeToComeBackAndIsThenRefused()
    {
        TopicLookup lookup = NewLookup();
        lookup.Apply(Unknown);
        lookup.Apply(MetadataReply.From(ErrorCode.NoError, 4));
        _time.Advance(TimeSpan.FromMinutes(1));

        lookup.Apply(Unknown);
        Assert.Equal((0, false), (lookup.Partitions, lookup.IsSettled));
        _time.Advance(TimeSpan.FromSeconds(1));
        lookup.Apply(Unknown);

        Assert.Equal(SendStatus.TopicNotExist, lookup.Refusal?.Status);
    }

    [Theory]
    [InlineData(ErrorCode.TopicAuthorizationFailed, SendStatus.Unknown)]
    [InlineData(ErrorCode.TopicException, SendStatus.TopicNotExist)]
    public void Apply_TopicCannotBeUsed_IsRefusedAtOnce(ErrorCode code, SendStatus expected)
    {
        TopicLookup lookup = NewLookup();

        lookup.Apply(MetadataReply.From(code, 0));

        Assert.Equal((expected, Stored.No), (lookup.Refusal?.Status, lookup.Refusal?.Stored));
    }

    [Fact]
    public void Apply_NoAnswer_KeepsWhatWasKnown()
    {
        TopicLookup lookup = NewLookup();
        lookup.Apply(MetadataReply.From(ErrorCode.NoError, 4));

        lookup.Apply(MetadataReply.Failed(ErrorCode.Local_Transport));

        Assert.Equal(4, lookup.Partitions);
        Assert.NotNull(lookup.NextAsk);
    }

    [Fact]
    public void From_SomeLeadersMissing_StillTellsThePartitions() =>
        Assert.Equal(new MetadataReply(MetadataAnswer.Known, 4), MetadataReply.From(ErrorCode.LeaderNotAvailable, 4));

    private double Seconds(long? until) => _time.GetElapsedTime(_time.GetTimestamp(), until!.Value).TotalSeconds;
}
