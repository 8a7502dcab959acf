using System.Buffers;
using Ddmq.Core.Messages;
using Ddmq.Storage.RocketMq;
using Ddmq.Storage.RocketMq.Remoting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>A request that cannot be written costs its own message, and nobody else.</summary>
public sealed class NotWrittenTests : IAsyncLifetime
{
    private readonly FakeRocketMq _broker = StoreUnderTest.Broker(queues: 1);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_WhileConnectingOrConnected_IsNotStoredAndTheNextIs(bool isConnected)
    {
        await using var store = new StoreUnderTest(_ => { }, _broker);
        if (isConnected)
        {
            Assert.True((await store.SendAsync("first")).IsOk);
        }

        Task<SendResult> unwritable = store.SendAsync(Unwritable());
        Task<SendResult> next = store.SendAsync("next");

        AssertNotWritten(await unwritable);
        Assert.True((await next).IsOk);
        Assert.Equal("next", _broker.Sends[^1].BodyText);
        Assert.Single(store.Log.Lines, line => line.Level == LogLevel.Error && line.Text.Contains("broker-a", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SendAsync_WhereOrderCounts_TheLaneGoesOn()
    {
        await using var store = new StoreUnderTest(_ => { }, _broker);

        Task<SendResult> unwritable = store.SendAsync(Unwritable(strongOrder: true));
        Task<SendResult> next = store.SendAsync(StoreUnderTest.Message("next", strongOrder: true));

        AssertNotWritten(await unwritable);
        Assert.True((await next).IsOk);
        Assert.Equal("next", Assert.Single(_broker.Sends).BodyText);
    }

    [Fact]
    public async Task SendAsync_AmongTheMessagesOfABatch_TheOthersAreSentOneByOne()
    {
        var held = new TaskCompletionSource<Action>();
        _broker.OnSend = (request, connection) =>
        {
            if (!held.TrySetResult(() => connection.Reply(request)))
            {
                connection.Reply(request);
            }
        };
        await using var store = new StoreUnderTest(options => options.AutoBatch = new AutoBatchSettings { Enabled = true }, _broker);
        Task<SendResult> first = store.SendAsync(StoreUnderTest.Message("first", autoBatch: true));
        Action answer = await held.Task;

        Task<SendResult>[] batch =
        [
            store.SendAsync(StoreUnderTest.Message("a", autoBatch: true)),
            store.SendAsync(Unwritable(autoBatch: true)),
            store.SendAsync(StoreUnderTest.Message("b", autoBatch: true)),
        ];
        answer();

        Assert.True((await first).IsOk);
        AssertNotWritten(await batch[1]);
        Assert.True((await batch[0]).IsOk);
        Assert.True((await batch[2]).IsOk);
        Assert.Equal(["first", "a", "b"], _broker.Sends.Select(send => send.BodyText));
        Assert.All(_broker.Sends, send => Assert.Equal(RequestCode.SendMessageV2, send.Code));
        Assert.Equal(1, store.Store.Counters.SplitBatches);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    private static void AssertNotWritten(SendResult result)
    {
        Assert.Equal((SendStatus.Unknown, Stored.No, false), (result.Status, result.Stored, result.RetryElsewhere));
        Assert.Contains("could not be written", result.Detail, StringComparison.Ordinal);
    }

    private static SendRequest Unwritable(bool autoBatch = false, bool strongOrder = false)
    {
        SendRequest request = StoreUnderTest.Message("", autoBatch: autoBatch, strongOrder: strongOrder);
        request.Body = new UnreadableMemory().Memory;
        return request;
    }

    /// <summary>Stands for any bug met while a frame is made: it has a length, and cannot be read.</summary>
    private sealed class UnreadableMemory : MemoryManager<byte>
    {
        public override Memory<byte> Memory => CreateMemory(100);

        public override Span<byte> GetSpan() => throw new InvalidOperationException("unreadable");

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin() => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
        }
    }
}
