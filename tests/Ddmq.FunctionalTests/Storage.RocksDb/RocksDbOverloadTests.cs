using Ddmq.Core.Messages;
using Ddmq.Storage.RocksDb;
using Ddmq.TestKit;
using Ddmq.TestKit.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ddmq.FunctionalTests.Storage.RocksDb;

/// <summary>When more comes than the disk takes, the store works for those who still wait, and says no to the others in time.</summary>
public sealed class RocksDbOverloadTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task SendAsync_DeadlinePassed_StoresNothingAndLeavesNoGap()
    {
        await using RocksDbStore store = Open();
        await store.SendAsync(TestRequests.Create("topic", "first", partitionId: 0));
        SendRequest late = TestRequests.Create("topic", "late", partitionId: 0);
        late.DeadlineTimestamp = TimeProvider.System.GetTimestamp() - 1;

        SendResult result = await store.SendAsync(late);

        Assert.Equal((SendStatus.Timeout, Stored.No), (result.Status, result.Stored));
        Assert.Equal(1, (await store.SendAsync(TestRequests.Create("topic", "second", partitionId: 0))).Offset);
        Assert.Equal(2, store.Read("topic", 0, 0, 10, 1000).Count);
        Assert.Equal((0L, 0L), (store.QueuedMessages, store.QueuedBytes));
    }

    [Fact]
    public async Task SendAsync_QueueLongerThanTheCallsTime_IsRefusedAtOnce()
    {
        await using RocksDbStore store = Open();
        byte[] body = new byte[1024 * 1024];
        Assert.True((await store.SendAsync(TestRequests.Create("topic", body))).IsOk); // which the pace is measured on

        // The disk may have taken them all before the hurried one comes: then again.
        SendResult? refusal = null;
        for (int i = 0; i < 100 && refusal is null; i++)
        {
            Task<SendResult>[] queued = [.. Enumerable.Range(0, 32).Select(_ => store.SendAsync(TestRequests.Create("topic", body)).AsTask())];
            SendRequest hurried = TestRequests.Create("topic", "hurried");
            hurried.DeadlineTimestamp = TimeProvider.System.GetTimestamp() + 1;

            ValueTask<SendResult> sending = store.SendAsync(hurried);

            bool isAtOnce = sending.IsCompleted;
            SendResult result = await sending;
            refusal = isAtOnce ? result : null;
            Assert.All(await Task.WhenAll(queued), stored => Assert.True(stored.IsOk));
        }

        Assert.Equal((SendStatus.RateLimited, Stored.No), (refusal?.Status, refusal?.Stored));
        Assert.True((await store.SendAsync(TestRequests.Create("topic", "later"))).IsOk);
    }

    private RocksDbStore Open() => RocksDbStore.Open(
        new RocksDbStoreOptions { Path = Path.Combine(_folder.Path, "store"), DefaultPartitions = 2 }, TimeProvider.System, NullLogger.Instance);
}
