using Confluent.Kafka;
using Ddmq.Storage.Kafka.Metadata;
using Ddmq.Storage.Kafka.Sending;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ddmq.UnitTests.Storage.Kafka;

public sealed class MetadataLoopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task WarmUpAsync_KnownAndUnknownTopics_AreReached()
    {
        using var fixture = new SendFixture(options => options with { TopicCreationTime = TimeSpan.Zero });

        Task<bool> warm = fixture.Metadata.WarmUpAsync([fixture.NewTopic("a")], CancellationToken.None);
        fixture.Answer("a", MetadataReply.From(ErrorCode.NoError, 3));
        Task<bool> unknown = fixture.Metadata.WarmUpAsync([fixture.NewTopic("b")], CancellationToken.None);
        fixture.Answer("b", MetadataReply.From(ErrorCode.UnknownTopicOrPart, 0));

        Assert.True(await warm.WaitAsync(Patience));
        Assert.True(await unknown.WaitAsync(Patience));
        Assert.Null(fixture.Trouble.Text);
    }

    [Fact]
    public async Task WarmUpAsync_NoTopics_AsksWhetherAnyBrokerAnswers()
    {
        using var fixture = new SendFixture();

        Task<bool> warm = fixture.Metadata.WarmUpAsync([], CancellationToken.None);
        fixture.Answer(null, new MetadataReply(MetadataAnswer.NotReady));

        Assert.True(await warm.WaitAsync(Patience));
    }

    [Fact]
    public async Task WarmUpAsync_NobodyAnswers_IsTroubleUntilSomebodyDoes()
    {
        using var fixture = new SendFixture();
        KafkaTopic a = fixture.NewTopic("a");

        Task<bool> warm = fixture.Metadata.WarmUpAsync([a, fixture.NewTopic("b")], CancellationToken.None);
        fixture.Answer("a", MetadataReply.Failed(ErrorCode.Local_Transport));
        Assert.False(await warm.WaitAsync(Patience));
        Assert.Contains("a:1", fixture.Trouble.Text, StringComparison.Ordinal);

        // It asks again by itself, not at once.
        Assert.True(fixture.AsksNothing());
        await AdvanceUntilAsked(fixture);
        fixture.Answer("b", MetadataReply.From(ErrorCode.NoError, 3));
        await WaitUntil(() => fixture.Trouble.Text is null && fixture.Log.Lines.Count == 2);

        Assert.Equal([LogLevel.Error, LogLevel.Warning], fixture.Log.Lines.Select(line => line.Level));
    }

    [Fact]
    public async Task WarmUpAsync_Cancelled_SaysSo()
    {
        using var fixture = new SendFixture();
        using var cancellation = new CancellationTokenSource();
        Task<bool> warm = fixture.Metadata.WarmUpAsync([fixture.NewTopic("a")], cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => warm.WaitAsync(Patience));
    }

    [Fact]
    public async Task Ask_KnownTopic_IsAskedAgainWhenItsAgeHasCome()
    {
        using var fixture = new SendFixture(options => options with { MetadataMaxAge = TimeSpan.FromSeconds(60) });
        await fixture.Know(fixture.NewTopic("a"));

        fixture.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.True(fixture.AsksNothing());
        fixture.Time.Advance(TimeSpan.FromSeconds(2));

        fixture.Answer("a", MetadataReply.From(ErrorCode.NoError, 8));
    }

    [Fact]
    public async Task Ask_TopicGrew_NewMessagesUseTheNewPartitions()
    {
        using var fixture = new SendFixture();
        KafkaTopic topic = fixture.NewTopic("a");
        await fixture.Know(topic, 2);

        await fixture.Know(topic, 5);

        SendOperation operation = fixture.Context.Pool.Rent(TestKit.Storage.TestRequests.Create("a", "x", partitionId: 9), topic)!;
        topic.Send(operation);
        Assert.Equal(4, fixture.Partitions[^1]);
    }

    [Fact]
    public async Task Dispose_WarmUpUnderWay_EndsIt()
    {
        Task<bool> warm;
        using (var fixture = new SendFixture())
        {
            warm = fixture.Metadata.WarmUpAsync([fixture.NewTopic("a")], CancellationToken.None);
        }

        Assert.False(await warm.WaitAsync(Patience));
    }

    private static Task AdvanceUntilAsked(SendFixture fixture) => WaitUntil(() =>
    {
        fixture.Time.Advance(TimeSpan.FromMilliseconds(20));
        return !fixture.AsksNothing();
    });

    private static async Task WaitUntil(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(1, limit.Token);
        }
    }
}
