using Ddmq.Config.ZooKeeper.Watching;
using Ddmq.TestKit.Time;
using Xunit;

namespace Ddmq.UnitTests.Config.ZooKeeper;

public class ChangeQueueTests
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(200);

    private readonly ManualTimeProvider _time = new();
    private readonly ChangeQueue _queue;

    public ChangeQueueTests() => _queue = new ChangeQueue(_time);

    [Fact]
    public void Take_PathsMarkedTwice_GivesEachOnce()
    {
        _queue.Mark("/a");
        _queue.Mark(["/b", "/a"]);

        Assert.False(_queue.IsEmpty);
        Assert.Equal(["/a", "/b"], _queue.Take()!.Order());
        Assert.True(_queue.IsEmpty);
        Assert.Empty(_queue.Take()!);
    }

    [Fact]
    public void Take_AllMarked_GivesNull()
    {
        _queue.Mark("/a");
        _queue.MarkAll();

        Assert.Null(_queue.Take());
        Assert.True(_queue.IsEmpty);
    }

    [Fact]
    public async Task WaitAsync_MarkedBefore_ReturnsAndThenWaits()
    {
        _queue.Mark("/a");
        _queue.Mark("/b");

        await _queue.WaitAsync(CancellationToken.None);
        Task second = _queue.WaitAsync(CancellationToken.None);
        Assert.False(second.IsCompleted);
        _queue.Wake();
        await second;
    }

    [Fact]
    public async Task SettleAsync_NothingMore_EndsAfterTheQuietTime()
    {
        _queue.Mark("/a");

        Task settled = _queue.SettleAsync(Quiet, Limit, CancellationToken.None);
        _time.Advance(Quiet - TimeSpan.FromMilliseconds(1));
        Assert.False(settled.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        await settled;
    }

    [Fact]
    public async Task SettleAsync_MarksWithoutEnd_EndsAtTheLimit()
    {
        _queue.Mark("/a");
        _time.Advance(Limit - Quiet);

        // Of the limit only the quiet time is left, and it is not extended though another mark comes.
        Task settled = _queue.SettleAsync(Quiet, Limit, CancellationToken.None);
        _queue.Mark("/b");
        Assert.False(settled.IsCompleted);
        _time.Advance(Quiet);

        await settled;
    }
}
