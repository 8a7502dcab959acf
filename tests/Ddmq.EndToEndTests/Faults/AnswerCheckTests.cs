using Ddmq.Core.Messages;
using Ddmq.TestKit.Faults;
using Ddmq.TestKit.Storage;
using Xunit;

namespace Ddmq.EndToEndTests.Faults;

/// <summary>The fault suite would notice a store that does not tell the truth.</summary>
public sealed class AnswerCheckTests
{
    [Theory]
    [InlineData(Stored.Yes, 1)]
    [InlineData(Stored.No, 0)]
    [InlineData(Stored.Unknown, 0)]
    [InlineData(Stored.Unknown, 1)]
    public void Lies_TrueAnswer_None(Stored answer, int copies) =>
        Assert.Empty(new AnswerCheck([Sent("k", answer)], [.. Enumerable.Repeat(InBroker("k"), copies)]).Lies);

    [Theory]
    [InlineData(Stored.Yes, 0)]
    [InlineData(Stored.Yes, 2)]
    [InlineData(Stored.No, 1)]
    [InlineData(Stored.Unknown, 2)]
    public void Lies_UntrueAnswer_One(Stored answer, int copies) =>
        Assert.Single(new AnswerCheck([Sent("k", answer)], [.. Enumerable.Repeat(InBroker("k"), copies)]).Lies);

    [Fact]
    public void Lies_OtherBody_One() =>
        Assert.Single(new AnswerCheck([Sent("k", Stored.Unknown)], [InBroker("k") with { Body = [1] }]).Lies);

    [Fact]
    public void Lies_OtherPlace_One() =>
        Assert.Single(new AnswerCheck([Sent("k", Stored.Yes)], [InBroker("k") with { Offset = 6 }]).Lies);

    [Fact]
    public void Lies_MessageThatNobodySent_One() => Assert.Single(new AnswerCheck([], [InBroker("k")]).Lies);

    [Fact]
    public async Task ClosedLoopSenders_EmbeddedStore_EveryAnswerIsTrue()
    {
        await using var fixture = new RocksDbFixture();
        ClosedLoopSenders senders = ClosedLoopSenders.Start(
            fixture.Store, fixture.Topic, FaultRun.Senders, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(30));

        await senders.WaitForAnswersAsync(1000);
        await senders.WaitForSuccessOfEachAsync();
        await fixture.Store.DisposeAsync();
        await senders.WaitForFailuresAsync(FaultRun.Senders);
        IReadOnlyList<SentMessage> sent = await senders.StopAsync();

        var check = new AnswerCheck(sent, await fixture.ReadAllAsync());
        Assert.True(check.Lies.Count == 0, check.ToString());
        Assert.InRange(check.Yes, 1000, sent.Count - FaultRun.Senders);
        Assert.Equal(sent.Count - check.Yes, check.No + check.Unknown);
    }

    private static SentMessage Sent(string key, Stored stored) => new(
        key,
        stored == Stored.Yes ? SendResult.Ok(1, 5) : SendResult.Failed(SendStatus.Unknown, stored),
        TimeSpan.Zero);

    private static ReadBackMessage InBroker(string key) =>
        new(1, 5, System.Text.Encoding.UTF8.GetBytes(key), null, [], ClosedLoopSenders.BodyOf(key));
}
