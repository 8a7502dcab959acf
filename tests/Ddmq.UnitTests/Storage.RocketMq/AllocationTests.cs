using System.Text;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.TestKit.Storage;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

public sealed class AllocationTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-2)]
    public async Task SendAsync_SteadyState_AllocatesNothingOnTheCallersThread(int partitionId)
    {
        const int Messages = 200;
        await using FakeRocketMq broker = StoreUnderTest.Broker();
        await using var store = new StoreUnderTest(options => options.MaxInFlightPerBroker = 1000, broker);
        SendRequest[] requests = [.. Enumerable.Range(0, Messages).Select(i =>
            TestRequests.Create(StoreUnderTest.TopicName, Encoding.UTF8.GetString(new byte[100]), "key", "tag", partitionId, i, ("name", "value")))];
        var sends = new ValueTask<SendResult>[Messages];

        // The first rounds fill pools and grow buffers and the limit; which round is the first without depends on the fake's pace.
        long allocated = long.MaxValue;
        for (int round = 0; round < 200 && allocated > 0; round++)
        {
            allocated = SendAll(store, requests, sends);
            foreach (ValueTask<SendResult> send in sends)
            {
                Assert.True((await send).IsOk);
            }

            await Task.Yield();
        }

        Assert.Equal(0, allocated);
    }

    private static long SendAll(StoreUnderTest store, SendRequest[] requests, ValueTask<SendResult>[] sends)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Burst.Begin();
        for (int i = 0; i < requests.Length; i++)
        {
            sends[i] = store.Store.SendAsync(requests[i]);
        }

        Burst.End();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
