using Ddmq.Core.Messages;
using Ddmq.Storage.RocksDb.Committing;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocksDb;

public sealed class SendQueueTests : IDisposable
{
    private readonly SendQueue _queue = new(maxBytes: 100);
    private readonly List<SendOperation> _taken = [];

    public void Dispose() => _queue.Dispose();

    [Fact]
    public void Take_SeveralAdded_GivesAllInOrder()
    {
        SendRequest[] requests = [new(), new(), new()];
        foreach (SendRequest request in requests)
        {
            Assert.Equal(SendQueueAnswer.Added, _queue.TryAdd(request, 10, out _));
        }

        Assert.True(_queue.Take(_taken, out bool woken));

        Assert.False(woken);
        Assert.Equal(requests, _taken.Select(operation => operation.Request));
    }

    [Fact]
    public void TryAdd_OverTheBound_IsRefusedUntilWhatWasTakenIsReleased()
    {
        Assert.Equal(SendQueueAnswer.Added, _queue.TryAdd(new SendRequest(), 100, out _));
        Assert.Equal(SendQueueAnswer.Full, _queue.TryAdd(new SendRequest(), 1, out SendOperation? refused));
        Assert.Null(refused);
        _queue.Take(_taken, out _);
        Assert.Equal(SendQueueAnswer.Full, _queue.TryAdd(new SendRequest(), 1, out _));

        _queue.Release(1, 100);

        Assert.Equal((0L, 0L), (_queue.Count, _queue.Bytes));
        Assert.Equal(SendQueueAnswer.Added, _queue.TryAdd(new SendRequest(), 100, out _));
    }

    [Fact]
    public void Close_SomethingQueued_ItCanStillBeTakenAndNothingIsAdded()
    {
        _queue.TryAdd(new SendRequest(), 1, out _);

        _queue.Close();

        Assert.Equal(SendQueueAnswer.Closed, _queue.TryAdd(new SendRequest(), 1, out _));
        Assert.False(_queue.Take(_taken, out _));
        Assert.Single(_taken);
        Assert.False(_queue.Take(_taken, out _));
        Assert.Single(_taken);
    }

    [Fact]
    public void Wake_NothingQueued_TakeReturnsOnce()
    {
        _queue.Wake();

        Assert.True(_queue.Take(_taken, out bool woken));

        Assert.True(woken);
        Assert.Empty(_taken);
    }

    [Fact]
    public async Task Take_Sleeping_IsWokenByAMessage()
    {
        Task<bool> taking = Task.Run(() => _queue.Take(_taken, out _));

        _queue.TryAdd(new SendRequest(), 1, out _);

        Assert.True(await taking.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Single(_taken);
    }

    [Fact]
    public void Dispose_SendersAndTheHealthCheckCome_NothingHappens()
    {
        _queue.Close();
        _queue.Dispose();

        _queue.Wake();

        Assert.Equal(SendQueueAnswer.Closed, _queue.TryAdd(new SendRequest(), 1, out _));
    }

    [Fact]
    public async Task Complete_ResultTaken_OperationIsUsedAgain()
    {
        _queue.TryAdd(new SendRequest(), 1, out SendOperation? first);
        ValueTask<SendResult> waiting = first!.Task;
        _queue.Take(_taken, out _);
        first.Complete(SendResult.Ok(1, 2));

        SendResult result = await waiting;

        Assert.Equal(SendResult.Ok(1, 2), result);
        _queue.TryAdd(new SendRequest(), 1, out SendOperation? second);
        Assert.Same(first, second);
        Assert.False(second!.Task.IsCompleted);
    }

    [Fact]
    public async Task ManySenders_OneTaker_EveryMessageArrivesOnceAndInItsSendersOrder()
    {
        const int Senders = 8;
        const int Each = 5000;
        using var queue = new SendQueue(long.MaxValue);
        var seen = new List<(long Sender, int Number)>();
        Task taking = Task.Run(() =>
        {
            var taken = new List<SendOperation>();
            while (seen.Count < Senders * Each)
            {
                queue.Take(taken, out _);
                foreach (SendOperation operation in taken)
                {
                    seen.Add((operation.Request.HashId, operation.Request.PartitionId));
                    operation.Complete(SendResult.Ok());
                }

                taken.Clear();
            }
        });

        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(async () =>
        {
            var sends = new List<Task<SendResult>>();
            for (int i = 0; i < Each; i++)
            {
                queue.TryAdd(new SendRequest { HashId = sender, PartitionId = i }, 1, out SendOperation? operation);
                sends.Add(operation!.Task.AsTask());
            }

            await Task.WhenAll(sends);
        }))).WaitAsync(TimeSpan.FromSeconds(60));
        await taking.WaitAsync(TimeSpan.FromSeconds(60));

        foreach (IGrouping<long, (long Sender, int Number)> sender in seen.GroupBy(message => message.Sender))
        {
            Assert.Equal(Enumerable.Range(0, Each), sender.Select(message => message.Number));
        }
    }
}
