using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Xunit;

namespace Ddmq.UnitTests.Pipeline;

public sealed class BatchSendTests : IDisposable
{
    private readonly PipelineFixture _fixture = new();
    private readonly BatchSend _batch;

    public BatchSendTests()
    {
        _batch = new BatchSend(_fixture.Pipeline);
    }

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task SendAsync_Empty_IsOk() => Assert.True((await _batch.SendAsync()).IsOk);

    [Fact]
    public async Task SendAsync_AllStored_IsOkAndInOrder()
    {
        Add("orders", "1", "2", "3");

        SendResult result = await _batch.SendAsync();

        Assert.True(result.IsOk);
        Assert.Equal(["1", "2", "3"], _fixture.StoreA.Requests.Select(request => System.Text.Encoding.UTF8.GetString(request.Body.Span)));
        Assert.Equal(3, _fixture.Ledger("orders").Answered(SendStatus.Ok));
    }

    [Theory]
    [InlineData("orders", "", SendStatus.IllegalMessage)]
    [InlineData("nobody", "x", SendStatus.TopicNotAllowed)]
    [InlineData("later", "x", SendStatus.DelayTopic)]
    [InlineData("orphan", "x", SendStatus.NoProducerForCluster)]
    [InlineData("inner_3", "x", SendStatus.IllegalMessage)]
    public async Task SendAsync_OneRefused_SendsNone(string topic, string body, SendStatus expected)
    {
        Add("orders", "1", "2");
        Add(topic, body);
        Add("orders", "4");

        SendResult result = await _batch.SendAsync();

        Assert.Equal((expected, Stored.No), (result.Status, result.Stored));
        Assert.StartsWith("message 3 of 4", result.Detail);
        Assert.EndsWith("none of the batch was sent", result.Detail);
        Assert.Empty(_fixture.StoreA.Requests);
        Assert.Equal(0, _fixture.Ledger("orders").InFlight);
    }

    [Fact]
    public async Task SendAsync_SomeFail_SaysHowManyAreStored()
    {
        Add("orders", "1", "2", "3", "4");
        _fixture.StoreA.Script = request => request.Body.Span[0] switch
        {
            (byte)'2' => SendResult.Failed(SendStatus.RateLimited, Stored.No, "full"),
            (byte)'3' => SendResult.Failed(SendStatus.Unknown, Stored.Unknown),
            _ => SendResult.Ok(),
        };

        SendResult result = await _batch.SendAsync();

        Assert.Equal((SendStatus.RateLimited, Stored.Unknown), (result.Status, result.Stored));
        Assert.Equal("2 of 4 messages are stored, 1 may be; first failure is message 2: full", result.Detail);
    }

    [Fact]
    public async Task SendAsync_TooMuchForTheFirstOnesStore_SendsNoneOfTheOthers()
    {
        Add("carrera_heartbeat", "");
        Add("orders", "1", "2", "3");
        _fixture.StoreA.Script = _ => SendResult.Refused(SendStatus.RateLimited, "full");

        SendResult result = await _batch.SendAsync();

        Assert.Equal((SendStatus.RateLimited, Stored.No, "full; none of the batch was sent"), (result.Status, result.Stored, result.Detail));
        Assert.Single(_fixture.StoreA.Requests);
        Assert.Equal(new LedgerReading(Received: 3, Stored: 0, Spooled: 0, Refused: 3, Failed: 0, InFlight: 0), _fixture.Ledger("orders").Read());
        Assert.Equal(0, _fixture.StoreA.Requests[0].Topic!.Limits.InFlight.Current);
    }

    [Fact]
    public async Task SendAsync_SeveralMessages_TellsStoresWhichAreTheRest()
    {
        Add("orders", "1", "2", "3");

        await _batch.SendAsync();

        Assert.Equal([false, true, true], _fixture.StoreA.Requests.Select(request => request.IsRestOfBatch));
    }

    [Fact]
    public async Task SendAsync_FirstIsNotTaken_TheNextOneIsNoRest()
    {
        Add("orders", "1", "2", "3");
        _fixture.StoreA.Script = request => request.Body.Span[0] == (byte)'1' ? SendResult.Failed(SendStatus.Unknown, Stored.No) : SendResult.Ok();

        await _batch.SendAsync();

        Assert.Equal([false, false, true], _fixture.StoreA.Requests.Select(request => request.IsRestOfBatch));
    }

    [Fact]
    public async Task SendAsync_DeadlinePasses_AnswersOnceAndIsAbandoned()
    {
        Add("orders", "1", "2");
        _fixture.StoreA.Script = request => request.Body.Span[0] == (byte)'1' ? SendResult.Ok() : null;
        Task<SendResult> sending = _batch.SendAsync().AsTask();
        Assert.False(sending.IsCompleted);

        _fixture.Time.Advance(TimeSpan.FromMilliseconds(5_010));

        SendResult result = await sending;
        Assert.Equal((SendStatus.Timeout, Stored.Unknown), (result.Status, result.Stored));
        Assert.StartsWith("1 of 2 messages are stored, 1 may be", result.Detail);
        Assert.True(_batch.IsAbandoned);
    }

    [Theory]
    [InlineData("1")] // ends while the others have not been handed over
    [InlineData("3")] // ends when they have
    public async Task SendAsync_DropLogThrows_TheOthersAreSentAndAwaited(string failing)
    {
        Add("orders", "1", "2", "3");
        _fixture.Drops.IsBroken = _ => true;
        _fixture.StoreA.Script = request =>
            request.Body.Span[0] != failing[0] ? null : SendResult.Failed(SendStatus.Unknown, Stored.No, "broken");
        Task<SendResult> sending = _batch.SendAsync().AsTask();

        _fixture.StoreA.Complete(SendResult.Ok());
        Assert.False(sending.IsCompleted);
        _fixture.StoreA.Complete(SendResult.Ok());

        SendResult result = await sending.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal($"2 of 3 messages are stored, 0 may be; first failure is message {failing}: broken", result.Detail);
        Assert.Equal(
            new LedgerReading(Received: 3, Stored: 2, Spooled: 0, Refused: 0, Failed: 1, InFlight: 0), _fixture.Ledger("orders").Read());
    }

    [Fact]
    public async Task SendAsync_DropLogThrowsOnTheStoresThread_TheVerdictIsGiven()
    {
        Add("orders", "1", "2");
        _fixture.Drops.IsBroken = _ => true;
        _fixture.StoreA.Script = _ => null;
        Task<SendResult> sending = _batch.SendAsync().AsTask();

        _fixture.StoreA.Complete(SendResult.Failed(SendStatus.Unknown, Stored.Unknown, "broken"));
        _fixture.StoreA.Complete(SendResult.Ok());

        Assert.Equal(SendStatus.Unknown, (await sending.WaitAsync(TimeSpan.FromSeconds(30))).Status);
        Assert.Equal(
            new LedgerReading(Received: 2, Stored: 1, Spooled: 0, Refused: 0, Failed: 1, InFlight: 0), _fixture.Ledger("orders").Read());
    }

    [Fact]
    public async Task SendAsync_HeartbeatAmongOthers_IsAnsweredWithoutBeingSent()
    {
        Add("carrera_heartbeat", "");
        Add("orders", "1");

        Assert.True((await _batch.SendAsync()).IsOk);
        Assert.Single(_fixture.StoreA.Requests);
    }

    [Fact]
    public async Task Reset_ThenAnotherCall_RemembersNothing()
    {
        Add("orders", "1", "2", "3");
        await _batch.SendAsync();

        _batch.Reset();
        Add("orders", "4");
        await _batch.SendAsync();

        Assert.Equal(4, _fixture.StoreA.Requests.Count);
        Assert.Equal(1, _batch.Count);
    }

    private void Add(string topic, params string[] bodies)
    {
        foreach (string body in bodies)
        {
            SendRequest request = _batch.Add();
            request.TopicName = System.Text.Encoding.UTF8.GetBytes(topic);
            request.Body = System.Text.Encoding.UTF8.GetBytes(body);
        }
    }
}
