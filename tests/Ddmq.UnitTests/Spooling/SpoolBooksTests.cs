using Ddmq.Core.Messages;
using Ddmq.Core.Spooling;
using Ddmq.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ddmq.UnitTests.Spooling;

/// <summary>What the spool knows of its lanes when the disk's answers come in another order than its entries are in.</summary>
public sealed class SpoolBooksTests
{
    private readonly MemorySpoolLog _disk = new();
    private readonly SpoolBooks _books = new(new SpoolSettings(), new ManualTimeProvider(), NullLogger.Instance);
    private readonly SpoolLane _lane;

    public SpoolBooksTests() => _lane = _books.Get(new SpoolQueueName("orders", "A")).Lanes[0];

    [Fact]
    public void Add_LaterEntryFirst_WaitsForTheEarlierOne()
    {
        _books.Begin(_lane, 100);
        _books.Begin(_lane, 100);

        Assert.False(Add(1));
        Assert.Equal((0, 0, true), (_lane.First, _lane.Next, _lane.IsOccupied));
        Assert.True(Add(0));

        Assert.Equal((0, 2, 2), (_lane.First, _lane.Next, _books.Occupied));
        Assert.True(_lane.Queue.Read().IsBalanced);
    }

    [Fact]
    public async Task Add_BehindAnEntryThatWasSaidToHaveFailed_FindsThatOne()
    {
        _books.Begin(_lane, 100);
        _books.Begin(_lane, 100);
        await _disk.AppendAsync(_lane.Queue.Name, 0, SpoolFixture.Request("orders", "said to have failed"), mayBeStored: false);
        await _disk.AppendAsync(_lane.Queue.Name, 0, SpoolFixture.Request("orders", "there"), mayBeStored: false);

        Assert.False(_books.Fail(_lane, 100, _disk));
        Assert.True(Add(1));

        SpoolReading reading = _lane.Queue.Read();
        Assert.Equal((0, 2, 2L, 1L, 1L), (_lane.First, _lane.Next, reading.Messages, reading.Spooled, reading.Recovered));
        Assert.True(reading.IsBalanced);
    }

    [Fact]
    public void Fail_TheOnlyOne_LeavesNothing()
    {
        _books.Begin(_lane, 100);

        Assert.False(_books.Fail(_lane, 100, _disk));

        SpoolReading reading = _lane.Queue.Read();
        Assert.Equal((0, 0L, 0L, 1L), (_books.Occupied, reading.Messages, reading.Bytes, reading.Refused));
        Assert.False(_lane.IsOccupied);
    }

    [Fact]
    public void Remove_EntriesTheDiskHasLost_CountsThemAsDamaged()
    {
        for (int i = 0; i < 3; i++)
        {
            _books.Begin(_lane, 100);
            Add(i);
        }

        Assert.False(_books.Remove(_lane, new SpooledMessage { Offset = 2, Bytes = 100 }, 0));
        _lane.Queue.Delivered++;

        SpoolReading reading = _lane.Queue.Read();
        Assert.Equal((2, 0, 0), (reading.Dropped[SpoolDropReason.Damaged], reading.Messages, _books.Occupied));
        Assert.True(reading.IsBalanced);
    }

    private bool Add(long offset) => _books.Add(_lane, 100, new SpoolAppended(Stored.Yes, offset, 100), isToldSo: true, _disk);
}
