using System.Text;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Core.Retrying;
using Ddmq.UnitTests.Pipeline;
using Xunit;

namespace Ddmq.UnitTests.Duplicates;

/// <summary>Topic <c>once</c>: a window of a second, room for four messages.</summary>
public sealed class DuplicateStageTests : IDisposable
{
    private static readonly SendResult NotStored = SendResult.Failed(SendStatus.Unknown, Stored.No, "refused");
    private static readonly SendResult Lost = SendResult.Failed(SendStatus.Unknown, Stored.Unknown, "lost");

    private readonly PipelineFixture _fixture = new();

    private RetryCounters Counters => _fixture.Ledger("once").Retries;

    private int Sent => _fixture.StoreA.Requests.Count;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Repeat_FirstStored_IsAnsweredSoAndNotSent()
    {
        _fixture.StoreA.Script = _ => SendResult.Ok(3, 4);
        await SendAsync();
        _fixture.Advance(250);

        SendResult repeat = await SendAsync();

        Assert.Equal(SendResult.Ok(3, 4) with { Detail = "duplicate of a message received 250 ms before" }, repeat);
        Assert.Equal("OK; duplicate of a message received 250 ms before", Encoding.UTF8.GetString(ResultText.Utf8(repeat).Span));
        Assert.Equal((1, 1L), (Sent, Counters.Joined));
    }

    [Fact]
    public async Task Repeat_FirstUnderWay_WaitsForIt()
    {
        _fixture.StoreA.Script = _ => null;
        Task<SendResult> first = SendAsync();
        Task<SendResult> repeat = SendAsync();
        Assert.False(repeat.IsCompleted);

        _fixture.StoreA.Complete(SendResult.Ok());

        Assert.Null((await first).Detail);
        Assert.Equal("duplicate of a message received 0 ms before", (await repeat).Detail);
        Assert.Equal(1, Sent);
    }

    [Fact]
    public async Task SdksThreeAttempts_StoreAnswersLate_StoreOneCopy()
    {
        // The store takes 120 ms; the client has 50 ms each time and sends again 50 ms after each failure.
        _fixture.StoreA.Script = _ => null;
        Task<SendResult> first = SendAsync();
        _fixture.Advance(56);
        Assert.Equal((SendStatus.Timeout, Stored.Unknown), ((await first).Status, (await first).Stored));

        _fixture.Advance(44);
        Task<SendResult> second = SendAsync();
        _fixture.Advance(20);
        _fixture.StoreA.Complete(SendResult.Ok());

        Assert.Equal(SendStatus.Ok, (await second).Status);
        Assert.Equal(SendStatus.Ok, (await SendAsync()).Status);
        Assert.Equal((1, 2L, 0L), (Sent, Counters.Joined, Counters.PossibleDuplicates));
        Assert.Equal(1, _fixture.Ledger("once").LateStored);
    }

    [Fact]
    public async Task Repeat_FirstSilentForLong_IsAnswered12AtItsOwnDeadline()
    {
        _fixture.StoreA.Script = _ => null;
        Task<SendResult> first = SendAsync();
        _fixture.Advance(56);
        await first;
        Task<SendResult> repeat = SendAsync();

        _fixture.Advance(49);
        Assert.False(repeat.IsCompleted);
        _fixture.Advance(10);

        Assert.Equal((SendStatus.Timeout, Stored.Unknown), ((await repeat).Status, (await repeat).Stored));
        _fixture.StoreA.Complete(NotStored);
        Assert.Equal(1, Sent); // nobody waits for an answer any more
    }

    [Fact]
    public async Task Repeat_FirstCertainlyNotStored_IsSent()
    {
        _fixture.StoreA.Script = _ => NotStored;
        await SendAsync();
        _fixture.StoreA.Script = _ => SendResult.Ok();

        Assert.Equal(SendResult.Ok(), await SendAsync());
        Assert.Equal((2, 0L), (Sent, Counters.PossibleDuplicates));
    }

    [Theory]
    [InlineData(Stored.No, 0)]
    [InlineData(Stored.Unknown, 1)]
    public async Task Repeats_FirstFailsWhileTheyWait_OneIsSentAndTheOthersWaitForIt(Stored stored, int possibleDuplicates)
    {
        _fixture.StoreA.Script = _ => null;
        Task<SendResult> first = SendAsync();
        Task<SendResult> second = SendAsync();
        Task<SendResult> third = SendAsync();

        _fixture.StoreA.Complete(stored == Stored.No ? NotStored : Lost);
        Assert.Equal(stored, (await first).Stored);
        Assert.True(SpinWait.SpinUntil(() => _fixture.StoreA.Waiting.Count == 1, TimeSpan.FromSeconds(30)));
        _fixture.StoreA.Complete(SendResult.Ok());

        // Which of the two is sent is not said.
        SendResult[] results = await Task.WhenAll(second, third).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Contains(SendResult.Ok(), results);
        Assert.Single(results, result => result is { IsOk: true, Detail: not null });
        Assert.Equal((2, (long)possibleDuplicates), (Sent, Counters.PossibleDuplicates));
    }

    [Fact]
    public async Task First_Lost_IsNotTriedAgainByTheProxyItself()
    {
        _fixture.StoreA.Script = _ => Lost with { RetryElsewhere = true };

        Assert.Equal(Stored.Unknown, (await SendAsync()).Stored);
        Assert.Equal(1, Sent);
    }

    [Fact]
    public async Task Repeat_BehindTheWindow_IsSent()
    {
        await SendAsync();
        _fixture.Advance(1001);

        Assert.Null((await SendAsync()).Detail);
        Assert.Equal(2, Sent);
    }

    [Fact]
    public async Task Repeat_FirstUnderWayForLongerThanTheWindow_StillWaitsForIt()
    {
        _fixture.StoreA.Script = _ => null;
        _ = SendAsync();
        _fixture.Advance(1500);
        await SendOtherAsync(3);
        Task<SendResult> repeat = SendAsync();

        _fixture.StoreA.Complete(SendResult.Ok());

        Assert.Equal("duplicate of a message received 1500 ms before", (await repeat).Detail);
    }

    [Fact]
    public async Task Window_Full_ForgetsTheOldestAndCounts()
    {
        await SendAsync();
        await SendOtherAsync(4);

        Assert.Null((await SendAsync()).Detail);
        Assert.Equal((4, 2L), (_fixture.Pipeline.Duplicates.Count, _fixture.Pipeline.Duplicates.PushedOut));
    }

    [Theory]
    [InlineData("orders", "key")]
    [InlineData("once", "")]
    [InlineData("once", null)]
    public async Task Repeat_NoWindowOrNoKey_IsSent(string topic, string? key)
    {
        await SendAsync(topic, key);
        await SendAsync(topic, key);

        Assert.Equal((2, 0), (Sent, _fixture.Pipeline.Duplicates.Count));
    }

    [Fact]
    public async Task Batch_TheSameMessageTwice_IsStoredOnceAndAllIsOk()
    {
        var batch = new BatchSend(_fixture.Pipeline);
        foreach (string key in new[] { "1", "2", "1" })
        {
            SendRequest request = batch.Add();
            request.TopicName = "once"u8.ToArray();
            request.Key = Encoding.UTF8.GetBytes(key);
            request.Body = "body"u8.ToArray();
        }

        Assert.True((await batch.SendAsync()).IsOk);
        Assert.Equal((2, 1L), (Sent, Counters.Joined));
    }

    private async Task SendOtherAsync(int count)
    {
        Func<SendRequest, SendResult?> script = _fixture.StoreA.Script;
        _fixture.StoreA.Script = _ => SendResult.Ok();
        for (int i = 0; i < count; i++)
        {
            await SendAsync(key: $"other {i}");
        }

        _fixture.StoreA.Script = script;
    }

    private Task<SendResult> SendAsync(string topic = "once", string? key = "key")
    {
        SendRequest request = PipelineFixture.Request(topic);
        if (key is not null)
        {
            request.Key = Encoding.UTF8.GetBytes(key);
        }

        return _fixture.SendAsync(request);
    }
}
